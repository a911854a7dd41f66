package dev.gitmemory.http;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads each request's body to its end before a thread is given to the request. A body that comes slowly, or never, holds
 * a connection and what has arrived of it, and no thread: however many there are, other requests are answered.
 *
 * <p>Jetty's own {@code EagerContentHandler} keeps the buffers that pieces arrive in, a whole one for a piece of one byte,
 * and knows no bound for all bodies together; so pieces are copied here. Thread-safe.
 */
final class BodyHandler extends Handler.Wrapper {

    private final int largest;
    private final BodyBudget budget;
    private final DataRate slowest;

    /**
     * A handler that passes complete requests on.
     *
     * @param largest bytes that a body may have
     * @param budget for all bodies together
     * @param slowest at what rate bodies have to come
     */
    BodyHandler(int largest, BodyBudget budget, DataRate slowest) {
        this.largest = largest;
        this.budget = budget;
        this.slowest = slowest;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getLength() == 0) {
            return super.handle(request, response, callback);
        }
        new BodyReading(request, response, callback, getHandler(), new Body(largest, budget.share()), slowest).run();
        return true;
    }
}
