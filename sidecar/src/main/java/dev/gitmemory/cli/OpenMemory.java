package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.CacheSettings;
import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.repo.RepositoryMetrics;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.Steps;
import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreSettings;
import dev.gitmemory.store.StoreUse;
import dev.gitmemory.store.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** The service over an open database and an open object storage; closes all of it. */
final class OpenMemory implements AutoCloseable {

    private final Database database;
    private final ObjectStore store;
    private final Optional<String> note;
    private final MemoryRepositories repositories;
    private final GitMemory memory;

    private OpenMemory(
            Database database,
            ObjectStore store,
            Optional<String> note,
            CommitKey key,
            CheckpointSettings checkpoints,
            PathPolicy newPaths) {
        this.note = note;
        this.database = database;
        this.store = store;
        this.repositories =
                new MemoryRepositories(store, Clock.systemUTC(), key, CacheSettings.DEFAULT, checkpoints, newPaths);
        this.memory = new GitMemory(database, repositories, Clock.systemUTC(), Steps.NONE);
    }

    /**
     * Opens the storage, which has to be the ledger's, and takes charge of the database, which is closed if that fails.
     *
     * @param use what the storage is opened for
     * @param newPaths which paths may come anew into repositories
     * @param metrics gets the meters of the storage and the repositories
     * @throws dev.gitmemory.service.StoreMismatchException if the storage is not the ledger's; nothing was made or changed
     * @throws IOException if the storage can't be used
     */
    static OpenMemory open(
            Database database,
            StoreOptions options,
            Path dataDir,
            StoreUse use,
            PathPolicy newPaths,
            MeterRegistry metrics)
            throws IOException {
        return open(database, options, dataDir, use, newPaths, metrics, false);
    }

    /** @param oneFolder whether the database and the storage lie in one folder, which people move and copy as a whole */
    static OpenMemory open(
            Database database,
            StoreOptions options,
            Path dataDir,
            StoreUse use,
            PathPolicy newPaths,
            MeterRegistry metrics,
            boolean oneFolder)
            throws IOException {
        ObjectStore store = null;
        try {
            CommitKey key = CommitKeys.read(database);
            StoreSettings settings = options.settings(dataDir);
            StoreBinding binding = new StoreBinding(database);
            Optional<String> note = look(binding, settings, use, oneFolder);
            store = Stores.open(settings, metrics, use);
            if (use.writes()) {
                binding.bind(store);
            }
            OpenMemory open = new OpenMemory(database, store, note, key, options.checkpoints(), newPaths);
            RepositoryMetrics.bind(open.repositories, metrics);
            return open;
        } catch (IOException | RuntimeException e) {
            if (store != null) {
                store.close();
            }
            database.close();
            throw e;
        }
    }

    /** Asks before anything is made: a mistyped address must not become a new store. */
    private static Optional<String> look(StoreBinding binding, StoreSettings settings, StoreUse use, boolean oneFolder)
            throws IOException {
        StoreUse looking = use == StoreUse.START ? StoreUse.PREVIEW : use;
        try (ObjectStore looked = Stores.open(settings, new CompositeMeterRegistry(), looking)) {
            if (oneFolder) {
                binding.moveAlong(looked);
            }
            return binding.check(looked, use.writes());
        }
    }

    /** What whoever reads should know of the storage. */
    Optional<String> note() {
        return note;
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
