package dev.gitmemory.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Problem documents for requests that the server refuses before a route sees them. Thread-safe. */
final class JettyErrors extends ErrorHandler {

    /** What the server calls an address that it could not read. */
    private static final String UNREAD = "/badMessage";

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Object message = request.getAttribute(ERROR_MESSAGE);
        // A route says itself that PostgreSQL or the storage is down; the server says that there is too much to do.
        boolean busy = response.getStatus() == Problem.BUSY.status();
        Problem problem = busy ? Problem.BUSY : Problem.ofStatus(response.getStatus());
        ObjectNode document = Json.object();
        document.put("type", "about:blank");
        document.put("title", problem.title());
        document.put("status", response.getStatus());
        String detail = message == null ? problem.title() : message.toString();
        String path = request.getHttpURI().getPath();
        boolean unread = UNREAD.equals(path);
        document.put("detail", unread ? "The address or a header can't be read: " + detail : detail);
        if (!unread) {
            document.put("instance", path);
        }
        if (busy) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, Problems.RETRY_AFTER);
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        response.write(true, ByteBuffer.wrap(Json.bytes(document)), callback);
        return true;
    }
}
