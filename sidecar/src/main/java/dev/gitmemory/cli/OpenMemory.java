package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.CacheSettings;
import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepositoryMetrics;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreUse;
import dev.gitmemory.store.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The service over an open database and an open object storage; closes all of it. */
final class OpenMemory implements AutoCloseable {

    private final Database database;
    private final ObjectStore store;
    private final MemoryRepositories repositories;
    private final GitMemory memory;

    private OpenMemory(Database database, ObjectStore store, CommitKey key, CheckpointSettings checkpoints) {
        this.database = database;
        this.store = store;
        this.repositories = new MemoryRepositories(store, Clock.systemUTC(), key, CacheSettings.DEFAULT, checkpoints);
        this.memory = new GitMemory(database, repositories, Clock.systemUTC(), Steps.NONE);
    }

    /**
     * Opens the storage and takes charge of the database, which is closed if that fails.
     *
     * @param use what the storage is opened for
     * @param metrics gets the meters of the storage and the repositories
     * @throws IOException if the storage can't be used
     */
    static OpenMemory open(Database database, StoreOptions options, Path dataDir, StoreUse use, MeterRegistry metrics)
            throws IOException {
        try {
            CommitKey key = CommitKeys.read(database);
            ObjectStore store = Stores.open(options.settings(dataDir), metrics, use);
            OpenMemory open = new OpenMemory(database, store, key, options.checkpoints());
            RepositoryMetrics.bind(open.repositories, metrics);
            return open;
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    GitMemory memory() {
        return memory;
    }

    Database database() {
        return database;
    }

    ObjectStore store() {
        return store;
    }

    @Override
    public void close() {
        repositories.close();
        store.close();
        database.close();
    }
}
