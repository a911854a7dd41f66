package dev.gitmemory.store.gcs;

import dev.gitmemory.store.Deadline;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.conn.ClientConnectionManager;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.params.HttpParams;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Breaks requests off when the deadline of their thread is over: while they connect, send, wait or read. The client's own
 * time-outs are about silence only: an answer in drops, or a service that takes an upload in drops, would never end.
 * Thread-safe.
 */
final class Watchdog implements AutoCloseable {

    private static final ThreadLocal<Watch> WATCHES = new ThreadLocal<>();

    private final ScheduledThreadPoolExecutor timer;

    Watchdog() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "git-memory-store-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Begins to watch what this thread asks for, until that ends. */
    Watch watch(Deadline deadline) {
        Watch watch = new Watch(deadline);
        watch.schedule();
        WATCHES.set(watch);
        return watch;
    }

    /** A client whose requests are watched. */
    CloseableHttpClient around(CloseableHttpClient client) {
        return new Watched(client);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** What one thread asks for. */
    final class Watch {

        private final Deadline deadline;
        private @Nullable HttpUriRequest request;
        private @Nullable ScheduledFuture<?> alarm;
        private boolean ended;

        private Watch(Deadline deadline) {
            this.deadline = deadline;
        }

        private synchronized void schedule() {
            if (deadline != Deadline.NONE && !ended) {
                alarm = timer.schedule(this::look, deadline.leftNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private synchronized void look() {
            if (!deadline.isOver()) {
                schedule(); // something has arrived meanwhile
            } else if (request != null && !ended) {
                request.abort();
            }
        }

        private synchronized void begin(HttpUriRequest next) throws IOException {
            if (deadline.isOver()) {
                throw new IOException("the deadline is over");
            }
            request = next;
        }

        /** Ends the watch. */
        synchronized void end() {
            ended = true;
            if (alarm != null) {
                alarm.cancel(false);
            }
            WATCHES.remove();
        }
    }

    private static final class Watched extends CloseableHttpClient {

        private final CloseableHttpClient client;

        Watched(CloseableHttpClient client) {
            this.client = client;
        }

        @Override
        protected CloseableHttpResponse doExecute(HttpHost target, HttpRequest request, @Nullable HttpContext context)
                throws IOException {
            Watch watch = WATCHES.get();
            if (watch != null && request instanceof HttpUriRequest abortable) {
                watch.begin(abortable);
            }
            return client.execute(target, request, context);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }

        @Deprecated
        @Override
        public HttpParams getParams() {
            return client.getParams();
        }

        @Deprecated
        @Override
        public ClientConnectionManager getConnectionManager() {
            return client.getConnectionManager();
        }
    }
}
