package dev.gitmemory.http;

import org.jspecify.annotations.Nullable;

/** A request that was refused before anything was asked of the service. */
final class RequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final @Nullable String field;

    private RequestException(Problem problem, @Nullable String field, String message) {
        super(message);
        this.problem = problem;
        this.field = field;
    }

    static RequestException of(Problem problem, String field, String message) {
        return new RequestException(problem, field, message);
    }

    static RequestException malformed(@Nullable String field, String message) {
        return new RequestException(Problem.MALFORMED, field, message);
    }

    static RequestException rule(@Nullable String field, String message) {
        return new RequestException(Problem.RULE, field, message);
    }

    /** @param has what the body has too much of, and how much it may have */
    static RequestException tooLarge(String has) {
        return new RequestException(
                Problem.TOO_LARGE, null, "The body has more than %s; nothing was written".formatted(has));
    }

    static RequestException busy() {
        return new RequestException(
                Problem.BUSY,
                null,
                "Other requests' bodies fill the memory that there is for bodies; nothing was written. Repeat the request");
    }

    Problem problem() {
        return problem;
    }

    /** The field, parameter or header that is wrong, or null when no single one is. */
    @Nullable
    String field() {
        return field;
    }
}
