package dev.gitmemory.cli;

import dev.gitmemory.http.HttpServer;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.Listener;
import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.SqlRequests;
import dev.gitmemory.store.StoreUse;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running sidecar: service, reconciler, HTTP and SQL interface. Takes charge of the database that it is given. */
final class Serving implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private final OpenMemory open;
    private final ReconcileLoop loop;
    private final @Nullable RetentionLoop retention;
    private final SqlRequests sql;
    private final HttpServer http;
    private final String host;

    private Serving(
            OpenMemory open,
            ReconcileLoop loop,
            @Nullable RetentionLoop retention,
            SqlRequests sql,
            HttpServer http,
            String host) {
        this.open = open;
        this.loop = loop;
        this.retention = retention;
        this.sql = sql;
        this.http = http;
        this.host = host;
    }

    /**
     * Starts all of it.
     *
     * @param oneFolder whether the database lies in {@code dataDir}, where the store is by default
     * @throws IOException if the storage can't be used, or the address can't be listened on; everything is closed then
     */
    static Serving start(
            Database database,
            StoreOptions store,
            Path dataDir,
            PathPolicy newPaths,
            ServerOptions server,
            boolean oneFolder)
            throws IOException {
        try (Listener announced = Listener.announce(database)) { // until requests are taken
            return start(database, store, dataDir, newPaths, server, oneFolder, announced);
        }
    }

    private static Serving start(
            Database database,
            StoreOptions store,
            Path dataDir,
            PathPolicy newPaths,
            ServerOptions server,
            boolean oneFolder,
            Listener announced)
            throws IOException {
        PrometheusMeterRegistry metrics = ServingMetrics.create();
        OpenMemory open = OpenMemory.open(
                database, store, dataDir, StoreUse.START, newPaths, metrics, oneFolder && store.store == null);
        try {
            warnOf(database.defects());
            announced.awaitConnected();
            String host = server.listen.host();
            HttpServer http = HttpServer.start(open.memory(), database, metrics, server.settings());
            if (!server.isLoopback()) {
                LOG.warn(
                        "Whoever reaches {} may read and write the memory of all agents: nothing here asks who it is (--allow-unauthenticated)",
                        server.listen);
            }
            RetentionLoop retention = store.logRetention()
                    .map(keep -> RetentionLoop.start(open.memory().compaction(), keep))
                    .orElse(null);
            ReconcilerMetrics.bind(open.memory().reconciler(), metrics);
            ReconcileLoop loop = ReconcileLoop.start(open.memory().reconciler());
            SqlRequests sql = SqlRequests.start(
                    open.memory(), database, Duration.ofHours(server.requestRetentionHours), loop::wake);
            return new Serving(open, loop, retention, sql, http, host);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** A sidecar goes on all the same: git has every write, and who may mend the database is somebody else. */
    private static void warnOf(List<Defect> defects) {
        if (!defects.isEmpty()) {
            LOG.warn(
                    "The database is not as git-memory was installed, in {}, the first is {}. The guard may let writes past git, or fail."
                            + " Look: git-memory migrate --check; mend: git-memory migrate",
                    Count.of(defects.size(), "place"),
                    defects.get(0));
        }
    }

    GitMemory memory() {
        return open.memory();
    }

    /** The address of the HTTP interface. */
    URI address() {
        return URI.create("http://" + host + ":" + http.port());
    }

    /** Says what is served from where. */
    void print(PrintStream out, String database) {
        out.println("Database:     " + database);
        out.println("Repositories: " + open.store().uri());
        out.println("Serving:      " + address());
        out.flush();
    }

    /** Lets requests under way end first, then the reconciler, then the rest. */
    @Override
    public void close() {
        http.close();
        sql.close();
        loop.close();
        if (retention != null) {
            retention.close();
        }
        open.close();
    }
}
