package dev.gitmemory.http;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Reads one request's body, piece by piece as it arrives, and passes the request on then. */
final class BodyReading implements Runnable {

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Handler next;
    private final Body body;
    private final DataRate slowest;
    private final long begun = System.nanoTime();

    BodyReading(Request request, Response response, Callback callback, Handler next, Body body, DataRate slowest) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.next = next;
        this.body = body;
        this.slowest = slowest;
        Request.addCompletionListener(request, failure -> body.release());
    }

    /** Takes what there is; called again when there is more. */
    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                failed(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            body.add(chunk.getByteBuffer());
            chunk.release();
            if (last || body.isHopeless()) {
                arrived();
                return;
            }
            if (slowest.isTooSlow(body.arrived(), Duration.ofNanos(System.nanoTime() - begun))) {
                refuse(Problem.TOO_SLOW, tooSlow());
                return;
            }
        }
    }

    private void failed(Throwable failure) {
        if (failure instanceof TimeoutException) {
            refuse(Problem.TOO_SLOW, tooSlow());
        } else {
            callback.failed(failure); // the client is gone, or sent what is no HTTP
        }
    }

    private String tooSlow() {
        return "The body came too slowly: %d bytes have arrived; at least %d in a second are needed. Nothing was written"
                .formatted(body.arrived(), slowest.bytesPerSecond());
    }

    private void arrived() {
        RequestException refusal = body.refusal();
        if (refusal != null) {
            refuse(refusal.problem(), String.valueOf(refusal.getMessage()));
            return;
        }
        try {
            if (!next.handle(new Complete(request, Content.Source.from(body.content())), response, callback)) {
                Response.writeError(request, response, callback, Problem.NOT_FOUND.status());
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    private void refuse(Problem problem, String detail) {
        Response.writeError(request, response, callback, problem.status(), detail);
    }

    /** The request with all of its body there. */
    private static final class Complete extends Request.Wrapper {
        private final Content.Source body;

        Complete(Request request, Content.Source body) {
            super(request);
            this.body = body;
        }

        @Override
        public long getLength() {
            return body.getLength();
        }

        @Override
        public Content.Chunk read() {
            return body.read();
        }

        @Override
        public void demand(Runnable task) {
            body.demand(task);
        }

        @Override
        public void fail(Throwable failure) {
            body.fail(failure);
        }
    }
}
