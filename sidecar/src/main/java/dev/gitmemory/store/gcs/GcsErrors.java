package dev.gitmemory.store.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.StoreException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says in words what a failure means, where it happened, and what to do. */
final class GcsErrors {

    private static final int LONGEST_REASON = 300;
    private static final String WHO_ANSWERS = "what answers there (STORAGE_EMULATOR_HOST, or a proxy)";
    private static final String UNREADABLE = "the answer is not one of Google Cloud Storage; see " + WHO_ANSWERS;

    private final GcsLocation location;
    private final Duration timeout;

    GcsErrors(GcsLocation location, Duration timeout) {
        this.location = location;
        this.timeout = timeout;
    }

    /**
     * The failure of an operation.
     *
     * @param what the operation, as in {@code store}
     * @param objectName what it was about
     * @param deadline what it was subject to
     */
    StoreException failed(String what, String objectName, Attempts.FailedException failed, Deadline deadline) {
        StorageException failure = failed.failure;
        String tries = failed.attempts > 1 ? " (tried " + failed.attempts + " times)" : "";
        String why = failure.getCode() == 0 && deadline.isOver()
                ? "broken off after " + deadline.elapsedMillis() + " ms (setting store-deadline): "
                        + inWords(rootOf(failure))
                : explain(failure);
        return new StoreException(
                "Can't " + what + " '" + location.describe(objectName) + "'" + tries + ": " + why, failure);
    }

    /** Whether a 404 is about the bucket rather than an object in it. */
    static boolean isAboutBucket(StorageException failure) {
        return failure.getCode() == 404
                && reason(failure).toLowerCase(Locale.ROOT).contains("bucket does not exist");
    }

    private String explain(StorageException failure) {
        String google = answered(failure);
        return switch (failure.getCode()) {
            case 400 -> "the request was refused, maybe for damage on the way." + google;
            case 401 ->
                "the credentials are expired, revoked or of nobody: renew those that GOOGLE_APPLICATION_CREDENTIALS"
                        + " or 'gcloud auth application-default login' gave." + google;
            case 403 ->
                "this account may not: give it the role 'Storage Object User' (roles/storage.objectUser) on the bucket '"
                        + location.bucket() + "', and see that no retention policy or hold forbids it." + google;
            case 404 ->
                "the bucket '" + location.bucket() + "' does not exist: create it, or correct --store." + google;
            case 301, 302, 303, 307, 308 ->
                "the bucket '" + location.bucket()
                        + "' is served from somewhere else: correct the address of the service"
                        + " (STORAGE_EMULATOR_HOST, or the proxy) or the bucket's region." + google;
            case 408, 429, 500, 502, 503, 504 -> "the service is overloaded or out of order; try again later." + google;
            case 0 -> explainConnection(failure);
            default -> google.strip();
        };
    }

    /** What was answered, without the page that somebody else than Google may send with it. */
    private static String answered(StorageException failure) {
        if (failure.getCause() instanceof GoogleJsonResponseException google && google.getDetails() != null) {
            return " Google says: " + failure.getCode() + " "
                    + line(google.getDetails().getMessage());
        }
        if (failure.getCause() instanceof HttpResponseException other) {
            String status = other.getStatusMessage() == null ? "" : " " + line(other.getStatusMessage());
            return " The answer was HTTP " + failure.getCode() + status + ", not in Google's form: see " + WHO_ANSWERS
                    + ".";
        }
        return " Google says: " + failure.getCode() + " " + reason(failure);
    }

    /** The answer to a request was none of Google's; thrown by its client as whatever it stumbled over. */
    StoreException unreadable(String what, String objectName, RuntimeException failure) {
        return new StoreException("Can't " + what + " '" + location.describe(objectName) + "': " + UNREADABLE, failure);
    }

    private String explainConnection(StorageException failure) {
        if (isUnreadable(failure)) {
            return UNREADABLE;
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof Retryable credentials) {
                return (credentials.isRetryable()
                                ? "the server of credentials does not answer; try again later: "
                                : "no token for the credentials, which may be expired, revoked or deleted; renew those that"
                                        + " GOOGLE_APPLICATION_CREDENTIALS or 'gcloud auth application-default login' gave: ")
                        + line(t.getMessage());
            }
        }
        Throwable root = rootOf(failure);
        return root instanceof SocketTimeoutException
                ? "no answer within " + timeout.toMillis() + " ms (setting store-timeout)"
                : "the connection failed: " + inWords(root);
    }

    /** Whether Google's client could not make sense of the answer: its parser fails, be it at what is no JSON. */
    private static boolean isUnreadable(StorageException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String type = t.getClass().getName();
            if (t instanceof IllegalArgumentException || type.equals("com.fasterxml.jackson.core.JsonParseException")) {
                return true;
            }
        }
        return false;
    }

    /** Without the type, which tells nothing to who has no source at hand. */
    private static String inWords(Throwable root) {
        if (root instanceof UnknownHostException) {
            return "the host name " + line(root.getMessage()) + " is not known here";
        }
        return root.getMessage() == null ? "no reason was given" : line(root.getMessage());
    }

    private static String reason(StorageException failure) {
        return line(failure.getMessage());
    }

    /** A message without the line breaks and the pages of HTML that a proxy may send. */
    private static String line(@Nullable String message) {
        String line = String.valueOf(message).strip().replaceAll("\\s+", " ");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "..." : line;
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
