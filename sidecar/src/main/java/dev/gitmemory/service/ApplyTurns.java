package dev.gitmemory.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets the writers of one agent take turns at applying, so that one transaction serves all whose commits were there
 * when it began, and so that they do not all hold a connection while they wait. Thread-safe.
 */
final class ApplyTurns {

    /** Longer than any two writers are in line for; a forgotten one costs an attempt that finds nothing to do. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    /** How far an instance of a repository is applied; of another instance the log may have been started anew. */
    private record Applied(MemoryRepository repository, long entry) {}

    private final Applier applier;
    private final Lanes<RepoId> lanes = new Lanes<>();
    private final Cache<RepoId, Applied> applied =
            Caffeine.newBuilder().expireAfterAccess(REMEMBERED).build();

    /** @param applier waits once, and shorter than PostgreSQL's {@code deadlock_timeout}, for each lock */
    ApplyTurns(Applier applier) {
        this.applier = applier;
    }

    /**
     * Makes sure that the log is applied as far as {@code repository} knows it now, at least.
     *
     * @param patience while another transaction holds rows
     * @throws dev.gitmemory.postgres.RowsLockedException if another transaction holds the rows; git has it all
     */
    Applier.Result applyThrough(RepoId id, MemoryRepository repository, Lane.Patience patience) throws IOException {
        long entry = entry(repository);
        return lanes.take(
                id,
                () -> covers(applied.getIfPresent(id), repository, entry)
                        ? Optional.of(Applier.Result.APPLIED)
                        : Optional.empty(),
                patience,
                () -> apply(id, repository));
    }

    private Applier.Result apply(RepoId id, MemoryRepository repository) throws IOException {
        long entry = entry(repository); // others may have committed while this waited
        Applier.Result result = applier.apply(id, Applier.Scope.NEW_COMMITS);
        if (result == Applier.Result.APPLIED) {
            applied.put(id, new Applied(repository, entry));
        }
        return result;
    }

    private static boolean covers(@Nullable Applied applied, MemoryRepository repository, long entry) {
        return entry == 0 || (applied != null && applied.repository() == repository && applied.entry() >= entry);
    }

    private static long entry(MemoryRepository repository) {
        Head head = repository.head();
        return head == null ? 0 : head.entry();
    }
}
