package dev.gitmemory.testing;

import dev.gitmemory.http.HttpServer;
import dev.gitmemory.http.HttpSettings;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.CacheSettings;
import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepositoryMetrics;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.SqlRequests;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/** A sidecar in this JVM: the real server on a free port, over a real PostgreSQL and a store of the test's choice. */
public final class Sidecar implements AutoCloseable {

    private final Database database;
    private final MemoryRepositories repositories;
    private final GitMemory memory;
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server;
    private final SqlRequests sql;

    private Sidecar(Database database, MemoryRepositories repositories, Steps steps) throws IOException {
        this.database = database;
        this.repositories = repositories;
        this.memory = new GitMemory(database, repositories, Clock.systemUTC(), steps);
        this.server = HttpServer.start(
                memory,
                database,
                metrics,
                new HttpSettings("127.0.0.1", 0, Set.of("memory.example"), Caller.DEFAULT_USER, "0"));
        RepositoryMetrics.bind(repositories, metrics);
        this.sql = SqlRequests.start(memory, database, Duration.ofHours(1), () -> {});
    }

    /** Starts a sidecar that owns neither the database nor the store, as a role with the rights of sidecars. */
    public static Sidecar start(EmbeddedDatabase database, ObjectStore store) throws SQLException, IOException {
        return start(database.sidecarSettings(), store, Steps.NONE);
    }

    /** Starts a sidecar whose writes are watched. */
    public static Sidecar start(DatabaseSettings settings, ObjectStore store, Steps steps) throws IOException {
        return start(settings, store, steps, CheckpointSettings.DEFAULT);
    }

    /** Starts a sidecar with checkpoints of the test's choice. */
    public static Sidecar start(
            DatabaseSettings settings, ObjectStore store, Steps steps, CheckpointSettings checkpoints)
            throws IOException {
        Database database = Database.connect(settings, TableNames.DEFAULT);
        return new Sidecar(
                database,
                new MemoryRepositories(
                        store, Clock.systemUTC(), CommitKeys.read(database), CacheSettings.DEFAULT, checkpoints),
                steps);
    }

    /** What its {@code /metrics} tells. */
    public MeterRegistry metrics() {
        return metrics;
    }

    public GitMemory memory() {
        return memory;
    }

    public MemoryRepositories repositories() {
        return repositories;
    }

    public Http http() {
        return new Http(server.port());
    }

    @Override
    public void close() {
        server.close();
        sql.close();
        repositories.close();
        database.close();
    }
}
