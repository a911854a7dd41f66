package dev.gitmemory.repo;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.CorruptLogException;
import dev.gitmemory.log.KnownDamage;
import dev.gitmemory.log.PurgedException;
import dev.gitmemory.log.StoredLog;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The repositories of all agents: opens them and keeps those used lately in memory. Thread-safe.
 *
 * <h2>What stays in memory</h2>
 *
 * Repositories are kept up to a number of bytes, and dropped when they are idle. One that is dropped while somebody
 * holds it is found again when it is asked for, so that callers in one process share an instance. Correctness does not
 * hang on that: the writes of two instances meet in the store, which gives each number away once, and only the reads of
 * the instance that did not write are old until its next write or {@link MemoryRepository#refresh}, just as in another
 * process.
 */
public final class MemoryRepositories implements AutoCloseable {

    private static final int PARALLEL_OPENINGS = 16;
    private static final int IDLE_SECONDS = 30;

    private final ObjectStore store;
    private final Clock clock;
    private final CommitKey key;
    private final CacheSettings options;
    private final PathPolicy newPaths;
    private final ExecutorService readers;
    private final ExecutorService openers;
    private final Checkpoints checkpoints;
    /** Of repositories that could not be opened. */
    private final Map<RepoId, KnownDamage> damage = new ConcurrentHashMap<>();

    private final LongAdder opened = new LongAdder();
    private final LongAdder failedOpenings = new LongAdder();
    private final Cache<RepoId, Slot> kept;
    private final Cache<RepoId, MemoryRepository> held =
            Caffeine.newBuilder().weakValues().build();

    /**
     * Opens repositories of {@code store}, which the caller closes, with {@link CacheSettings#DEFAULT} and
     * {@link CheckpointSettings#DEFAULT}.
     */
    public MemoryRepositories(ObjectStore store, Clock clock, CommitKey key) {
        this(store, clock, key, CacheSettings.DEFAULT);
    }

    /** Opens repositories of {@code store}, which the caller closes, with {@link CheckpointSettings#DEFAULT}. */
    public MemoryRepositories(ObjectStore store, Clock clock, CommitKey key, CacheSettings options) {
        this(store, clock, key, options, CheckpointSettings.DEFAULT);
    }

    /** Opens repositories of {@code store}, which the caller closes, and which get portable paths only. */
    public MemoryRepositories(
            ObjectStore store,
            Clock clock,
            CommitKey key,
            CacheSettings options,
            CheckpointSettings checkpointSettings) {
        this(store, clock, key, options, checkpointSettings, PathPolicy.PORTABLE);
    }

    /**
     * Opens repositories of {@code store}, which the caller closes.
     *
     * @param clock tells the time of commits
     * @param key proves which commits this installation made, whose database has it
     * @param newPaths which paths may come anew
     */
    public MemoryRepositories(
            ObjectStore store,
            Clock clock,
            CommitKey key,
            CacheSettings options,
            CheckpointSettings checkpointSettings,
            PathPolicy newPaths) {
        this.store = store;
        this.clock = clock;
        this.key = key;
        this.options = options;
        this.newPaths = newPaths;
        this.checkpoints = new Checkpoints(checkpointSettings);
        this.readers = pool("git-memory-read-", options.parallelReads());
        this.openers = pool("git-memory-open-", PARALLEL_OPENINGS);
        this.kept = Caffeine.newBuilder()
                .maximumWeight(options.bytes())
                .weigher((RepoId id, Slot slot) -> slot.weigh())
                .expireAfterAccess(options.idle())
                .recordStats()
                .build();
    }

    private static ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Which paths may come anew into repositories. */
    public PathPolicy newPaths() {
        return newPaths;
    }

    /**
     * The repository of an agent; empty when nothing was ever committed to it. One that is in memory is answered
     * without I/O, as this process knows it.
     *
     * @throws dev.gitmemory.log.CorruptLogException if an entry of its log is missing or can't be used; other
     *     repositories are not affected
     * @throws IOException if the store can't be read
     */
    public MemoryRepository open(RepoId id) throws IOException {
        Slot slot = kept.get(id, Slot::new);
        MemoryRepository repository = slot.repository();
        if (slot.hasGrown()) {
            kept.asMap().computeIfPresent(id, (sameId, sameSlot) -> sameSlot); // weighs it again
        }
        return repository;
    }

    /**
     * Opens repositories ahead of their use, several at the same time. What can't be opened is left to whoever uses it
     * to be told about. For about as many as are used next: all are opened before this returns.
     */
    public void openAhead(Collection<RepoId> ids) {
        List<Future<?>> opening = new ArrayList<>();
        for (RepoId id : ids) {
            opening.add(openers.submit(() -> open(id)));
        }
        for (Future<?> each : opening) {
            try {
                each.get();
            } catch (ExecutionException e) {
                // Told when it is used.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // whoever goes on opens the rest one by one
                return;
            }
        }
    }

    /**
     * By when what this thread begins now for one purpose, such as a write, is over: all that is opened, read and
     * committed {@link Deadline#during} it takes no longer together than one commit may take alone.
     */
    public Deadline deadline() {
        return store.deadline();
    }

    /** What is in memory now, and what was done; for whoever watches. Takes no time. */
    public RepositoryFigures figures() {
        long bytes = kept.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new RepositoryFigures(
                kept.estimatedSize(),
                bytes,
                opened.sum(),
                failedOpenings.sum(),
                kept.stats().evictionCount(),
                checkpoints.made(),
                checkpoints.failed());
    }

    /**
     * Deletes entries of a repository's log that a checkpoint has covered for some time, without opening it. Each is
     * compared with the newest checkpoint before.
     *
     * @param keep one hour or longer, counted from the first call that sees the checkpoint
     * @return how many entries were deleted
     * @throws dev.gitmemory.log.CorruptLogException if an entry or the checkpoint can't be used; neither it nor a later
     *     entry was deleted
     * @throws IOException if the store failed; a later call goes on
     */
    public int deleteCovered(RepoId id, Duration keep) throws IOException {
        return new StoredLog(store, id.prefix()).deleteCovered(keep, clock.instant());
    }

    /**
     * Removes a repository for good: all its objects in the store but a tombstone, and what is in memory of it. From then
     * on {@link #open}, reading on and committing fail with {@link dev.gitmemory.log.PurgedException}, in other processes,
     * too. May be repeated, and should be an hour later, when nobody can have written anything any more.
     *
     * @return how many objects were removed
     * @throws IOException if the store failed; a later call goes on
     */
    public long purge(RepoId id) throws IOException {
        long removed = new StoredLog(store, id.prefix()).purge();
        forget(id);
        return removed;
    }

    /**
     * How the end of the log compares with an entry. One small request; the repository is not opened.
     *
     * @param number 1 or more
     * @return -1 when the log ends before it, 0 when it is the last entry, 1 when there are later ones
     */
    public int compareEnd(RepoId id, long number) throws IOException {
        return new StoredLog(store, id.prefix()).compareEnd(number);
    }

    /**
     * Whether a log holds a commit that was once read from one of its entries. Two small requests where the entry is still
     * there and is the last of that name; else the repository is opened. A log that is damaged counts as holding it where
     * it does not end before the entry.
     *
     * @param number of the entry, 1 or more
     * @throws IOException if the store can't be read
     */
    public boolean holds(RepoId id, long number, String sha) throws IOException {
        StoredLog log = new StoredLog(store, id.prefix());
        if (log.compareEnd(number) < 0) {
            return false;
        }
        if (log.leavesMainAt(number, sha)) {
            return true;
        }
        try {
            return open(id).hasCommit(sha);
        } catch (CorruptLogException | PurgedException e) {
            return true; // what is wrong with this one is told when it is used
        }
    }

    /**
     * Drops what is in memory of a repository, whose objects somebody has removed or put back: the next {@link #open}
     * reads it anew.
     */
    public void forget(RepoId id) {
        kept.invalidate(id);
        held.invalidate(id);
    }

    /** Whether the store has anything of a repository, be it a tombstone. */
    public boolean isThere(RepoId id) throws IOException {
        return new StoredLog(store, id.prefix()).isThere();
    }

    /**
     * Drops everything from memory, after a checkpoint that is being made. Repositories that somebody holds can still
     * be used.
     */
    @Override
    public void close() {
        checkpoints.close();
        openers.shutdownNow();
        kept.invalidateAll();
        readers.shutdownNow();
    }

    /** The place of a repository. Opening takes long, and must hold up nobody but who wants the same one. */
    private final class Slot {

        private static final int OVERHEAD_BYTES = 4096;

        private final RepoId id;
        private final ReentrantLock opening = new ReentrantLock();
        private volatile @Nullable MemoryRepository repository;
        private volatile long weighedBytes;

        Slot(RepoId id) {
            this.id = id;
        }

        MemoryRepository repository() throws IOException {
            MemoryRepository open = repository;
            if (open != null) {
                return open;
            }
            Deadline deadline = store.deadline();
            deadline.lock(opening, "Can't open '" + id.prefix() + "'");
            try {
                return deadline.during(this::openOnce);
            } finally {
                opening.unlock();
            }
        }

        private MemoryRepository openOnce() throws IOException {
            MemoryRepository open = repository;
            if (open == null) {
                open = held.getIfPresent(id);
            }
            if (open == null) {
                open = new BundledRepository(id, read(), clock, key, newPaths);
                held.put(id, open);
            }
            repository = open;
            return open;
        }

        private BundleLog read() throws IOException {
            KnownDamage known = damage.get(id);
            if (known != null) {
                known.check();
            }
            LongAdder ended = failedOpenings;
            try {
                BundleLog log =
                        BundleLog.open(store, id.prefix(), readers, options.parallelReads(), checkpoints::appended);
                ended = opened;
                damage.remove(id);
                return log;
            } catch (CorruptLogException e) {
                damage.computeIfAbsent(id, any -> new KnownDamage(store)).remember(e);
                throw e;
            } finally {
                ended.increment();
            }
        }

        boolean hasGrown() {
            return bytes() > weighedBytes;
        }

        int weigh() {
            weighedBytes = bytes();
            return (int) Math.min(weighedBytes, Integer.MAX_VALUE);
        }

        private long bytes() {
            MemoryRepository open = repository;
            return OVERHEAD_BYTES + (open == null ? 0 : open.bytes());
        }
    }
}
