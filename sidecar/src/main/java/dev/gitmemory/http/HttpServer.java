package dev.gitmemory.http;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.service.GitMemory;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.handler.QoSHandler;

/** The HTTP interface. Thread-safe. */
public final class HttpServer implements AutoCloseable {

    /** A block of a million characters fits, escaped; an upload of something else does not. */
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    /** Requests that have a thread; the pool has 250. */
    private static final int MAX_REQUESTS = 200;

    /** Requests that wait for one, and how long. */
    private static final int MAX_WAITING = 1_000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final String HEALTH = "/healthz";
    private static final String READY = "/readyz";
    private static final String METRICS = "/metrics";
    private static final Set<String> SAY_NOTHING_OF_MEMORY = Set.of(HEALTH, READY, METRICS);

    private final Javalin server;

    private HttpServer(Javalin server) {
        this.server = server;
    }

    /**
     * Starts to serve.
     *
     * @param metrics what {@code /metrics} tells
     * @throws IOException if the address is taken or can't be had
     */
    public static HttpServer start(
            GitMemory memory, Database database, PrometheusMeterRegistry metrics, HttpSettings settings)
            throws IOException {
        try {
            return new HttpServer(Javalin.create(config -> configure(config, memory, database, metrics, settings))
                    .start(settings.host(), settings.port()));
        } catch (JavalinException e) {
            throw new AddressException(
                    "can't listen on %s:%d (--listen): %s".formatted(settings.host(), settings.port(), e.getMessage()),
                    e);
        }
    }

    private static void configure(
            JavalinConfig config,
            GitMemory memory,
            Database database,
            PrometheusMeterRegistry metrics,
            HttpSettings settings) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.router.javaLangErrorHandler(Problems::answer);
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = MAX_BODY_BYTES;
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new JettyErrors());
            server.setHandler(bodiesFirst());
        });
        WebPages pages = new WebPages(settings.publicHosts());
        config.routes.before(ctx -> {
            if (!SAY_NOTHING_OF_MEMORY.contains(ctx.path())) { // probes and Prometheus call them by any address
                pages.check(ctx);
            }
        });
        config.routes.before(Requests::requireReadable);
        config.jetty.modifyHttpConfiguration(HttpServer::allowEncodedSlashes);
        config.jetty.modifyServletContextHandler(HttpServer::decodeEncodedSlashes);
        Callers callers = new Callers(settings.defaultUserId());
        new BlockRoutes(memory.blocks(), callers).register(config.routes);
        new GitMemoryRoutes(memory, callers).register(config.routes);
        Requests.get(config.routes, HEALTH, ctx -> ctx.result("ok\n"));
        Requests.get(config.routes, READY, ctx -> {
            boolean ready = database.isAvailable();
            ctx.status(ready ? 200 : 503).result(ready ? "ok\n" : "PostgreSQL does not answer\n");
        });
        Requests.get(
                config.routes,
                "/v1/health", // Letta's
                ctx -> BlockRoutes.json(
                        ctx, Json.object().put("version", settings.version()).put("status", "ok")));
        Requests.get(config.routes, METRICS, ctx -> Metrics.answer(ctx, metrics));
        Problems.register(config.routes);
    }

    /** Bodies are read without a thread; then as many requests have one as leave some for those that say whether it lives. */
    private static BodyHandler bodiesFirst() {
        QoSHandler queue = new QoSHandler();
        queue.setMaxRequestCount(MAX_REQUESTS);
        queue.setMaxSuspendedRequestCount(MAX_WAITING);
        queue.setMaxSuspend(LONGEST_WAIT);
        queue.excludePath(HEALTH, METRICS);
        BodyHandler bodies = new BodyHandler(
                MAX_BODY_BYTES, new BodyBudget(Runtime.getRuntime().maxMemory(), MAX_BODY_BYTES), DataRate.DEFAULT);
        bodies.setHandler(queue);
        return bodies;
    }

    /** Labels hold slashes, and clients send them as {@code %2F}; Jetty refuses that unless both are set. */
    private static void allowEncodedSlashes(HttpConfiguration http) {
        http.setUriCompliance(UriCompliance.DEFAULT.with(
                "git-memory",
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING)); // a label may hold a percent sign, too
    }

    private static void decodeEncodedSlashes(ServletContextHandler context) {
        context.getServletHandler().setDecodeAmbiguousURIs(true);
    }

    /** The port that is listened on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
