package dev.gitmemory.service;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets the writers of one agent take turns at applying, so that one transaction serves all whose commits were there
 * when it began, and so that they do not all hold a connection while they wait. Thread-safe.
 */
final class ApplyTurns {

    /** One attempt to apply everything that is committed. */
    @FunctionalInterface
    interface Attempt {
        Applier.Result run() throws IOException;
    }

    private static final class Turn {
        final ReentrantLock lock = new ReentrantLock(true);
        long applied; // guarded by lock

        @Nullable
        MemoryRepository repository; // whose entry that is; guarded by lock
    }

    private final LoadingCache<RepoId, Turn> turns =
            Caffeine.newBuilder().weakValues().build(id -> new Turn());

    /**
     * Makes sure that the log is applied up to {@code entry} at least.
     *
     * @param attempt called while nobody else's runs for the same agent
     */
    Applier.Result applyThrough(RepoId id, long entry, Attempt attempt, MemoryRepository repository)
            throws IOException {
        Turn turn = turns.get(id);
        turn.lock.lock();
        try {
            if (turn.repository != repository) {
                turn.repository = repository;
                turn.applied = 0; // its log may have been started anew from an earlier entry
            }
            if (turn.applied >= entry) {
                return Applier.Result.APPLIED;
            }
            Head head = repository.head();
            Applier.Result result = attempt.run();
            if (result == Applier.Result.APPLIED && head != null) {
                turn.applied = head.entry();
            }
            return result;
        } finally {
            turn.lock.unlock();
        }
    }
}
