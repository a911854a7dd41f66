package dev.gitmemory.store.gcs;

import java.io.IOException;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpRequestExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Notes, by thread, that an upload has begun to go out over a connection: what fails before that, be it the name, the
 * connection, its encryption, the proxy or the credentials, has stored nothing.
 */
final class SentUploads extends HttpRequestExecutor {

    private static final ThreadLocal<Boolean> SENT = ThreadLocal.withInitial(() -> false);

    /** Forgets those of this thread. */
    static void forget() {
        SENT.remove();
    }

    /** Whether this thread has sent one, or begun to, since {@link #forget}. */
    static boolean any() {
        return SENT.get();
    }

    @Override
    protected @Nullable HttpResponse doSendRequest(
            HttpRequest request, HttpClientConnection connection, HttpContext context)
            throws IOException, HttpException {
        if (request.getRequestLine().getUri().contains("/upload/storage/")) {
            SENT.set(true);
        }
        return super.doSendRequest(request, connection, context);
    }
}
