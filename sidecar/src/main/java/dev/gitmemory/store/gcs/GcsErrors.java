package dev.gitmemory.store.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.StoreException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says in words what a failure means, where it happened, and what to do. */
final class GcsErrors {

    private static final int LONGEST_REASON = 300;

    /** After these statuses of the service a request has not been carried out. */
    private static final Set<Integer> REFUSALS = Set.of(400, 401, 403, 404, 405, 410, 411, 412, 413, 414, 416);

    /** A header of all of the service's answers, be they in JSON or not. */
    private static final String MARK_OF_GOOGLE = "x-guploader-uploadid";

    private static final String WHO_ANSWERS =
            "what answers there (STORAGE_EMULATOR_HOST, --store-endpoint, or a proxy)";
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

    /**
     * Whether the service itself has refused a request: it has not been carried out, and will not be. What a proxy says tells
     * nothing of what became of the request behind it.
     */
    static boolean isRefusal(StorageException failure) {
        return REFUSALS.contains(failure.getCode()) && isFromGoogle(failure);
    }

    /** Whether an answer is of the service, and not of something on the way to it: by its form, or its mark. */
    static boolean isFromGoogle(StorageException failure) {
        return failure.getCause() instanceof HttpResponseException answer
                && (details(answer) != null || answer.getHeaders().containsKey(MARK_OF_GOOGLE));
    }

    private static @Nullable GoogleJsonError details(HttpResponseException answer) {
        return answer instanceof GoogleJsonResponseException google ? google.getDetails() : null;
    }

    /** What was answered, and then what to do. */
    private String explain(StorageException failure) {
        int status = failure.getCode();
        return status == 0 ? explainConnection(failure) : answered(failure) + advice(status);
    }

    private String advice(int status) {
        return switch (status) {
            case 400 ->
                ". Where it is about a checksum, what was sent was damaged on its way; where about a user project, name the"
                        + " project that is billed in GOOGLE_CLOUD_QUOTA_PROJECT";
            case 401 ->
                ". Renew the credentials, which are expired, revoked or of nobody: those that GOOGLE_APPLICATION_CREDENTIALS"
                        + " or 'gcloud auth application-default login' gave";
            case 403 ->
                ". Give this account the role 'Storage Object User' (roles/storage.objectUser) on the bucket '"
                        + location.bucket() + "', and see that no retention policy or hold forbids it";
            case 404 -> ". The bucket '" + location.bucket() + "' does not exist: create it, or correct --store";
            case 301, 302, 303, 307, 308 ->
                ". The bucket '" + location.bucket()
                        + "' is served from somewhere else: correct the address of the service"
                        + " (STORAGE_EMULATOR_HOST, --store-endpoint, or the proxy) or the bucket's region";
            case 408, 429, 500, 502, 503, 504 -> ". The service is overloaded or out of order; try again later";
            default -> "";
        };
    }

    /** What was answered, without the page that somebody else than Google may send with it. */
    private static String answered(StorageException failure) {
        int status = failure.getCode();
        if (!(failure.getCause() instanceof HttpResponseException answer)) {
            return "Google says: " + status + " " + reason(failure);
        }
        GoogleJsonError details = details(answer);
        if (details != null) {
            List<GoogleJsonError.ErrorInfo> errors = details.getErrors();
            String kind =
                    errors == null || errors.isEmpty() ? null : errors.get(0).getReason();
            return "Google says: " + status + " " + message(details.getMessage())
                    + (kind == null ? "" : " (" + message(kind) + ")");
        }
        String phrase = answer.getStatusMessage() == null ? "" : " " + line(answer.getStatusMessage());
        if (isFromGoogle(failure)) {
            String text = answer.getContent();
            return "Google says: " + status
                    + (text == null || text.isBlank() || text.contains("<") ? phrase : " " + message(text));
        }
        return "The answer was HTTP " + status + phrase + ", not in Google's form: see " + WHO_ANSWERS;
    }

    /** As a part of a sentence that goes on. */
    private static String message(@Nullable String text) {
        return line(text).replaceFirst("\\.+$", "");
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
                return "there is no token for the credentials: " + message(t.getMessage())
                        + (credentials.isRetryable()
                                ? ". Try again later"
                                : ". Renew the credentials, where they are expired, revoked or deleted: those that"
                                        + " GOOGLE_APPLICATION_CREDENTIALS or 'gcloud auth application-default login' gave");
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
            return "the host name " + line(root.getMessage()).replaceFirst(":.*", "") + " is not known here";
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
