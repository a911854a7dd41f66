package dev.gitmemory.service;

import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable.Owner;
import dev.gitmemory.postgres.Commits.Trace;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.GuardRefusedException;
import dev.gitmemory.postgres.Intents.Intent;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.StatementFailedException;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.Outcome;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The write path: commit to git first, then apply to PostgreSQL, then answer.
 *
 * <ol>
 *   <li>PostgreSQL hears that a commit is about to be made. If it is down, nothing was written anywhere.
 *   <li>The commit goes to the object storage as one object. From here on the write is a fact.
 *   <li>{@link Applier} makes the rows equal git. If PostgreSQL falls before that, the answer says so, and the
 *       {@link Reconciler} applies the commit when PostgreSQL is back.
 * </ol>
 *
 * Thread-safe.
 */
final class GitFirstWriter {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Announcements announcements;
    private final ApplyTurns turns;
    private final Lanes<Set<String>> sharing = new Lanes<>();
    private final Steps steps;

    GitFirstWriter(
            Database database,
            MemoryRepositories repositories,
            Applier applier,
            ApplyTurns turns,
            Announcements announcements,
            Steps steps) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
        this.turns = turns;
        this.announcements = announcements;
        this.steps = steps;
    }

    /** How a write ended. */
    enum Result {
        /** It is in git and in PostgreSQL. */
        APPLIED,
        /** It is in git; PostgreSQL fell and will get it. */
        PENDING,
        /**
         * The agent was disabled while the write was under way: its rows are PostgreSQL's own again. Of several owners of a
         * block: one was before anything was committed, or all were before PostgreSQL had it.
         */
        NOT_ENABLED
    }

    /**
     * A write that was carried out.
     *
     * @param sha the commit that holds it, of several owners' that of the first; null when git said so already
     */
    record Done(@Nullable String sha, Result result) {}

    /**
     * Commits one draft for each owner of a block and applies it.
     *
     * @param owners the agents of git's that have the block, one or more
     * @param once the request that this is, where it must take effect once; null otherwise
     * @param draft makes the commit for an owner; its edits may be evaluated several times
     * @param intents what the drafts mean for rows
     * @throws MemoryException if an edit refuses, the object storage fails, or an owner's repository is another
     *     organisation's
     * @throws Once.DoneBefore if the request's commits were there already; PostgreSQL has followed them
     */
    Done write(List<Owner> owners, @Nullable Once once, Function<Owner, Draft> draft, List<Intent> intents) {
        steps.reached(Steps.Step.RESOLVED, owners.get(0).agentId());
        owners.forEach(Homes::require);
        owners.forEach(o -> announcements.announce(o.agentId()));
        steps.reached(Steps.Step.ANNOUNCED, owners.get(0).agentId());
        if (!intents.isEmpty()) {
            database.execute(tx -> intents.forEach(tx.intents()::add));
            steps.reached(Steps.Step.INTENDED, owners.get(0).agentId());
        }
        try {
            Writing writing = new Writing(once, draft, traces(owners, once));
            Done done = owners.size() == 1 ? writeOne(owners.get(0), writing) : writeAll(owners, writing);
            if (done.result() == Result.NOT_ENABLED && done.sha() == null) {
                forget(intents);
            }
            if (done.sha() != null && !writing.wrote) {
                forget(intents);
                throw new Once.DoneBefore(done.sha());
            }
            return done;
        } catch (Refused e) {
            forget(intents);
            throw e.reason;
        } catch (IOException e) {
            throw MemoryException.notCommitted("The object storage failed; nothing was written", e);
        }
    }

    /** What the ledger knows of the request before anything is written, by agent. */
    private Map<String, Trace> traces(List<Owner> owners, @Nullable Once once) {
        Map<String, Trace> traces = new HashMap<>();
        if (once != null && once.isFirstAttempt()) {
            database.execute(tx -> owners.forEach(owner -> tx.commits()
                    .trace(owner.agentId(), once.requestId())
                    .ifPresent(trace -> traces.put(owner.agentId(), trace))));
        }
        return traces;
    }

    private void forget(List<Intent> intents) {
        if (!intents.isEmpty()) {
            database.execute(tx ->
                    tx.intents().remove(intents.stream().map(Intent::requestId).toList()));
        }
    }

    /** The commits of one write. Used by one thread. */
    private static final class Writing {
        private final @Nullable Once once;
        private final Function<Owner, Draft> draft;
        private final Map<String, Trace> traces;

        /** Whether this write made a commit itself, and did not only find those of an attempt before it. */
        private boolean wrote;

        Writing(@Nullable Once once, Function<Owner, Draft> draft, Map<String, Trace> traces) {
            this.once = once;
            this.draft = draft;
            this.traces = traces;
        }

        /** The commit for an owner; null when git says so already. */
        @Nullable
        String commit(Owner owner, MemoryRepository repository) throws IOException {
            Draft own = draft.apply(owner);
            Draft only = once == null ? own : once.only(own, once.mark(traces.get(owner.agentId()), repository));
            Outcome outcome = repository.commit(List.of(only)).get(0);
            if (outcome instanceof Outcome.Rejected rejected) {
                throw new Refused(rejected.reason());
            }
            if (outcome instanceof Outcome.Found found) {
                return found.commit().sha();
            }
            wrote |= outcome instanceof Outcome.Committed;
            return outcome instanceof Outcome.Committed committed
                    ? committed.commit().sha()
                    : null;
        }

        /** A request is begun so and so often at most, and has its caller wait in any case. */
        Lane.Patience patience() {
            return once == null ? Lane.Patience.SHARED : Lane.Patience.OWN;
        }

        /** Whether the owner's repository has the commit already. */
        boolean isDone(Owner owner, MemoryRepository repository) throws IOException {
            return once != null && repository.find(once.mark(traces.get(owner.agentId()), repository)) != null;
        }
    }

    private Done writeOne(Owner owner, Writing writing) throws IOException {
        RepoId id = Homes.of(owner);
        Committed committed = repositories.deadline().during(() -> {
            MemoryRepository repository = Heads.open(repositories, id, owner.appliedSha());
            Heads.require(repository, owner.agentId(), owner.appliedSeq(), owner.appliedSha());
            return new Committed(repository, writing.commit(owner, repository));
        });
        steps.reached(Steps.Step.COMMITTED, owner.agentId());
        return new Done(committed.sha(), applied(id, committed.repository(), writing.patience()));
    }

    /** A commit, and where it is; null when git said so already. */
    private record Committed(
            MemoryRepository repository, @Nullable String sha) {}

    /**
     * Applies up to the head, together with whoever else is waiting for that.
     *
     * @throws MemoryException if PostgreSQL is up and can't follow git, which {@code status} then tells too
     */
    private Result applied(RepoId id, MemoryRepository repository, Lane.Patience patience) {
        try {
            Applier.Result result = turns.applyThrough(id, repository, patience);
            return result == Applier.Result.APPLIED ? Result.APPLIED : Result.NOT_ENABLED;
        } catch (DatabaseUnavailableException e) {
            return Result.PENDING; // it is in git: the announcement makes sure that somebody applies it
        } catch (IOException
                | GuardRefusedException
                | ConstraintException
                | StatementFailedException
                | MemoryException e) {
            throw committedButNotApplied(id.agentId(), e);
        }
    }

    /** Not repeated by anybody: the commit is made. The reconciler tries to apply it again and again. */
    private static MemoryException committedButNotApplied(String agentId, Exception e) {
        return MemoryException.notApplied(
                "The write is in git, and " + Applier.cannotFollow(agentId, e.getMessage()), e);
    }

    /**
     * Writes a block of several owners under the locks of all of them, so that no other writer of the block comes
     * between two commits.
     */
    private Done writeAll(List<Owner> owners, Writing writing) throws IOException {
        List<Owner> ordered =
                owners.stream().sorted(Comparator.comparing(Owner::agentId)).toList();
        Set<String> locks = new TreeSet<>(ordered.stream().map(Owner::agentId).collect(Collectors.toSet()));
        Progress progress = new Progress();
        try {
            return sharing.take(
                    Set.copyOf(locks),
                    Optional::empty,
                    Lane.Patience.SHARED,
                    () -> tryAll(ordered, writing, locks, progress));
        } catch (DatabaseUnavailableException e) {
            if (progress.committed == 0) {
                throw e; // git was not touched
            }
            return new Done(progress.first, Result.PENDING); // the first commit brings the others after it
        } catch (GuardRefusedException | ConstraintException | StatementFailedException | MemoryException e) {
            if (progress.committed == 0) {
                throw e;
            }
            throw committedButNotApplied(ordered.get(0).agentId(), e);
        } catch (IOException e) {
            if (progress.committed == 0) {
                throw e;
            }
            throw MemoryException.unavailable(
                    "The object storage failed after the write was committed for agent %s; the other owners of the block will follow."
                            .formatted(ordered.get(0).agentId()),
                    e);
        }
    }

    private Done tryAll(List<Owner> ordered, Writing writing, Set<String> locks, Progress progress) throws IOException {
        while (true) {
            int size = locks.size();
            boolean stillOwners = database.makingWayAtOnce().inTransaction(tx -> {
                Map<String, Ledger.Repo> locked = tx.ledger().lock(locks);
                long enabled = enabled(ordered, locked);
                if (enabled == 0 || (progress.committed == 0 && enabled < ordered.size())) {
                    return false;
                }
                repositories.deadline().during(() -> commitAll(ordered, writing, progress));
                locks.addAll(applier.applyLocked(tx, locked, Applier.Scope.NEW_COMMITS));
                return true;
            });
            if (!stillOwners) {
                return new Done(progress.first, Result.NOT_ENABLED);
            }
            if (locks.size() == size) {
                steps.reached(Steps.Step.APPLIED, ordered.get(0).agentId());
                return new Done(progress.first, Result.APPLIED);
            }
        }
    }

    private static long enabled(List<Owner> owners, Map<String, Ledger.Repo> locked) {
        return owners.stream()
                .map(owner -> locked.get(owner.agentId()))
                .filter(repo -> repo != null && repo.isEnabled())
                .count();
    }

    private Progress commitAll(List<Owner> owners, Writing writing, Progress progress) throws IOException {
        if (progress.committed == 0) {
            for (Owner owner : owners) {
                tryOut(owner, writing);
            }
        }
        for (Owner owner : owners.subList(progress.committed, owners.size())) {
            MemoryRepository repository = repositories.open(Homes.of(owner));
            progress.advance(writing.commit(owner, repository));
            steps.reached(Steps.Step.COMMITTED, owner.agentId());
        }
        return progress;
    }

    /** Under the locks nobody else writes the block: what holds here holds until the commit. */
    private void tryOut(Owner owner, Writing writing) throws IOException {
        RepoId id = Homes.of(owner);
        MemoryRepository repository = Heads.open(repositories, id, owner.appliedSha());
        repository.refresh();
        Heads.require(repository, owner.agentId(), owner.appliedSeq(), owner.appliedSha());
        if (writing.isDone(owner, repository)) {
            return;
        }
        try {
            DryRun.of(repository, writing.draft.apply(owner));
        } catch (MemoryException | RuleViolation e) {
            throw new Refused(e);
        }
    }

    private static final class Progress {
        private int committed;
        private @Nullable String first;

        void advance(@Nullable String sha) {
            committed++;
            first = first == null ? sha : first;
        }
    }

    /** An edit's refusal on its way out of transactions, told apart from what else may be thrown there. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final RuntimeException reason;

        Refused(RuntimeException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
