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

    static RequestException malformed(@Nullable String field, String message) {
        return new RequestException(Problem.MALFORMED, field, message);
    }

    static RequestException tooLarge(long limit) {
        return new RequestException(
                Problem.TOO_LARGE,
                null,
                "The body is over the limit of %d bytes; nothing was written".formatted(limit));
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
