package dev.gitmemory.service;

import dev.gitmemory.repo.CommitInfo;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number by which a commit finds its {@link dev.gitmemory.postgres.Intents intents}: a trailer of its message, as
 * {@code git interpret-trailers} knows them.
 */
final class RequestId {

    private static final Pattern TRAILER =
            Pattern.compile("\\n*^Request-Id: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", Pattern.MULTILINE);

    private RequestId() {}

    static String addTo(String message, UUID requestId) {
        return message + "\n\n" + line(requestId);
    }

    /** The trailer. */
    static String line(UUID requestId) {
        return "Request-Id: " + requestId;
    }

    static Optional<UUID> of(CommitInfo commit) {
        Matcher matcher = TRAILER.matcher(commit.message());
        return matcher.find() ? Optional.of(UUID.fromString(matcher.group(1))) : Optional.empty();
    }

    /** The message without the number, which means nothing to people. */
    static String removeFrom(String message) {
        return TRAILER.matcher(message).replaceAll("").strip();
    }
}
