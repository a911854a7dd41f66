package dev.gitmemory.service;

import dev.gitmemory.log.PurgedException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.OutOfHeapException;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.RowsLockedException;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.StoreException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets PostgreSQL and git find each other again after whatever came between them. A pass
 *
 * <ul>
 *   <li>applies commits of agents with a writer that did not finish,
 *   <li>reads files anew that were read by an earlier edition of their rules,
 *   <li>takes over agents whose tag was written by plain SQL,
 *   <li>gives the rows of agents back whose tag is gone and who nobody has told the ledger of,
 *   <li>carries on purges that were cut short,
 *   <li>and looks, at a few agents per pass and all of them in turn, whether rows, ledger and log belong together:
 *       PostgreSQL, a part of it or the store may come from a backup ({@link Checkup}). A round begins every ten minutes
 *       at most.
 * </ul>
 *
 * <p>A pass costs a few small queries when there is nothing to do, and says nothing. Failures of one agent are logged
 * once, shown in its status, and do not hold up the others: it is tried again after pauses that grow to a minute, or to a few
 * seconds while another transaction holds its rows, which is no failure ({@link Troubles}). Agents that have not failed come
 * first, a pass does a bounded number of each kind, and it waits for nobody's locks for long. Thread-safe; passes run one at a
 * time.
 */
public final class Reconciler {

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private static final int OPENED_AHEAD = 64;
    private static final int MOST_PER_PASS = 1000;
    private static final int LOOKED_AT_PER_PASS = 4;
    private static final Duration ROUND = Duration.ofMinutes(10);
    private static final Duration LOOK_FOR_FAILED = Duration.ofMinutes(1);

    /** One agent's rows may be locked by a transaction that hangs, while others wait to be seen to. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Enablement enablement;
    private final Purge purge;
    private final Checkup checkup;
    private final Clock clock;
    private final Troubles troubles; // guarded by this
    private boolean looking; // guarded by this
    private String lookedAt = ""; // guarded by this
    private Instant roundBegan = Instant.MIN; // guarded by this
    private Instant lookedForFailed = Instant.MIN; // guarded by this
    private volatile @Nullable Turn turn;
    private volatile Figures figures = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0);

    Reconciler(Database database, MemoryRepositories repositories, Steps steps, Clock clock) {
        this.database = database.withLockTimeout(LOCK_TIMEOUT);
        this.repositories = repositories;
        this.applier = new Applier(this.database, repositories, steps);
        this.enablement = new Enablement(this.database, repositories, applier, steps);
        this.purge = new Purge(this.database, repositories);
        this.checkup = new Checkup(
                this.database, repositories, applier, new Sync(this.database, repositories, applier, steps));
        this.troubles = new Troubles(clock);
        this.clock = clock;
    }

    /**
     * What it has seen and done.
     *
     * @param inFlight agents whose log may be ahead of PostgreSQL, as of the last pass
     * @param failing agents that could not be brought up to date
     * @param waiting agents that could not, for another transaction held their rows
     * @param passes that came to their end, since the start
     * @param takenOver agents that were taken over since the start
     * @param letGo agents whose tag was gone without the ledger's knowing, since the start
     * @param behind agents whose log was ahead without anybody having said so, since the start
     * @param mended agents whose rows were not what git says, though nobody may write them, since the start
     * @param purged purges that were carried on to their end since the start
     */
    public record Figures(
            int inFlight,
            int failing,
            int waiting,
            long passes,
            long takenOver,
            long letGo,
            long behind,
            long mended,
            long purged) {}

    /**
     * What a pass is about.
     *
     * @param agentId whose turn it is; null while that is about no single agent
     * @param since when it began
     */
    public record Turn(@Nullable String agentId, Instant since) {}

    /** What was seen and done so far; for whoever watches. Takes no time. */
    public Figures figures() {
        return figures;
    }

    /** What the pass under way is about; empty when none is. Takes no time, for the pass may hang. */
    public Optional<Turn> turn() {
        return Optional.ofNullable(turn);
    }

    /**
     * One pass over the agents that need it.
     *
     * @return how many agents were brought up to date
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL is down; the next pass tries again
     */
    public synchronized int run() {
        turn = new Turn(null, clock.instant());
        try {
            return pass();
        } finally {
            turn = null;
        }
    }

    private int pass() {
        List<Ledger.Repo> inFlight = database.inTransaction(tx -> tx.ledger().inFlight());
        hearOfFailed();
        int followed = followAll(troubles.due(inFlight, Ledger.Repo::agentId));
        readAnew();
        int letGo = letGoAll();
        int takenOver = takeOverAll();
        int purged = purgeAll();
        Map<Checkup.Found, Integer> found = new EnumMap<>(Checkup.Found.class);
        lookAgain(found);
        lookAround(found);
        int behind = found.getOrDefault(Checkup.Found.BEHIND, 0);
        troubles.endPass().forEach(agentId -> log.info("Agent {} follows git again", agentId));
        int mended = found.getOrDefault(Checkup.Found.STRANGE_ROWS, 0);
        Figures before = figures;
        figures = new Figures(
                inFlight.size(),
                troubles.failing(),
                troubles.waiting(),
                before.passes() + 1,
                before.takenOver() + takenOver,
                before.letGo() + letGo,
                before.behind() + behind,
                before.mended() + mended,
                before.purged() + purged);
        if (takenOver + letGo + purged + behind + mended > 0) {
            log.info(
                    "Reconciled: {} agents taken over, {} let go, {} purges carried on, {} agents that were behind, {} whose rows were mended; {} agents fail",
                    takenOver,
                    letGo,
                    purged,
                    behind,
                    mended,
                    troubles.failing());
        }
        return followed + letGo + takenOver + purged + behind + mended;
    }

    private int followAll(List<Ledger.Repo> behind) {
        int done = 0;
        for (int i = 0; i < behind.size(); i++) {
            if (i % OPENED_AHEAD == 0) {
                openAhead(behind.subList(i, Math.min(i + OPENED_AHEAD, behind.size())));
            }
            Ledger.Repo repo = behind.get(i);
            done += attempt(repo.agentId(), () -> follow(repo)) ? 1 : 0;
        }
        return done;
    }

    private void readAnew() {
        List<Ledger.Repo> repos = database.inTransaction(tx -> tx.ledger().readOtherwise(MOST_PER_PASS));
        int done = 0;
        for (Ledger.Repo repo : troubles.due(repos, Ledger.Repo::agentId)) {
            RepoId id = new RepoId(repo.organizationId(), repo.agentId());
            done += attempt(repo.agentId(), () -> applier.apply(id, Applier.Scope.NEW_COMMITS)) ? 1 : 0;
        }
        if (done > 0) {
            log.info(
                    "The files of {} agents were read by the rules of this version; what rows held before, where it was something else, is in git_memory.overwritten",
                    done);
        }
    }

    private int takeOverAll() {
        int done = 0;
        List<String> waiting = database.inTransaction(tx -> tx.agents().taggedButNotTakenOver());
        for (String agentId : troubles.due(waiting, id -> id)) {
            AtomicBoolean hadTag = new AtomicBoolean();
            if (attempt(agentId, () -> hadTag.set(enablement.tryTakeOver(agentId))) && hadTag.get()) {
                log.info("Agent {} has the tag: its blocks are git's now{}", agentId, leftOut(agentId));
                done++;
            }
        }
        return done;
    }

    private int letGoAll() {
        int done = 0;
        List<String> untagged = database.inTransaction(tx -> tx.agents().takenOverButNotTagged());
        for (String agentId : troubles.due(untagged, id -> id)) {
            if (attempt(agentId, () -> enablement.letGo(agentId))) {
                log.warn(
                        "Agent {} has lost the tag without the ledger's being told (a restored backup, or triggers that were switched off): its rows are PostgreSQL's own now, its repository stays",
                        agentId);
                done++;
            }
        }
        return done;
    }

    private int purgeAll() {
        int done = 0;
        List<Tombstone> tombstones =
                database.inTransaction(tx -> tx.tombstones().due());
        for (Tombstone tombstone : troubles.due(tombstones, Tombstone::agentId)) {
            if (attempt(tombstone.agentId(), () -> purge.goOn(tombstone)) && tombstone.purgedAt() == null) {
                log.info("Agent {} is purged: a purge that was cut short has been carried on", tombstone.agentId());
                done++;
            }
        }
        return done;
    }

    /** The next agents of the round: one small question to the store for each. */
    private void lookAround(Map<Checkup.Found, Integer> found) {
        Instant now = clock.instant();
        if (lookedAt.isEmpty()) {
            if (roundBegan.isAfter(now.minus(ROUND))) {
                return;
            }
            roundBegan = now;
            database.execute(tx -> tx.intents().forgetAbandoned());
        }
        String after = lookedAt;
        List<Ledger.Repo> next = database.inTransaction(tx -> tx.ledger().enabledReposAfter(after, LOOKED_AT_PER_PASS));
        lookAt(troubles.due(next, Ledger.Repo::agentId), found);
        lookedAt = next.size() < LOOKED_AT_PER_PASS
                ? ""
                : next.get(next.size() - 1).agentId();
    }

    /**
     * Agents that are shown as failed, be it that another process has said so, or this one before it was started anew: the
     * round would come by too seldom.
     */
    private void hearOfFailed() {
        Instant now = clock.instant();
        if (!now.isBefore(lookedForFailed.plus(LOOK_FOR_FAILED))) {
            lookedForFailed = now;
            troubles.heardOf(database.inTransaction(tx -> tx.ledger().failed(MOST_PER_PASS)));
        }
    }

    /** Agents that were looked at and could not be brought up to date: the round would come by too seldom. */
    private void lookAgain(Map<Checkup.Found, Integer> found) {
        List<String> due = troubles.toLookAt();
        if (due.isEmpty()) {
            return;
        }
        List<Ledger.Repo> repos = database.inTransaction(
                tx -> due.stream().flatMap(id -> tx.ledger().repo(id).stream()).toList());
        List<Ledger.Repo> enabled =
                repos.stream().filter(Ledger.Repo::isEnabled).toList();
        Set<String> left = new HashSet<>(due);
        enabled.forEach(repo -> left.remove(repo.agentId()));
        left.forEach(troubles::forgetUnlessAsked);
        lookAt(enabled, found);
    }

    private void lookAt(List<Ledger.Repo> repos, Map<Checkup.Found, Integer> found) {
        looking = true;
        try {
            for (Ledger.Repo repo : repos) {
                boolean couldNotFollow = repo.inFlightAt() != null && troubles.has(repo.agentId());
                if (!couldNotFollow) {
                    attempt(repo.agentId(), () -> found.merge(checkup.of(repo), 1, Integer::sum));
                }
            }
        } finally {
            looking = false;
        }
    }

    /** After a restart none is open, and one by one that takes long. */
    private void openAhead(List<Ledger.Repo> repos) {
        repositories.openAhead(repos.stream()
                .map(repo -> new RepoId(repo.organizationId(), repo.agentId()))
                .toList());
    }

    private String leftOut(String agentId) {
        List<LeftOut> leftOut = database.inTransaction(tx -> tx.reports().leftOut(agentId));
        return leftOut.isEmpty()
                ? ""
                : ", but for %d that git can't have (git_memory.left_out): block %s: %s"
                        .formatted(
                                leftOut.size(),
                                leftOut.get(0).blockId(),
                                leftOut.get(0).reason());
    }

    private void follow(Ledger.Repo repo) throws IOException {
        database.execute(tx -> Homes.requireUnmoved(tx, repo.agentId()));
        RepoId id = new RepoId(repo.organizationId(), repo.agentId());
        repositories.open(id).refresh();
        applier.apply(id, Applier.Scope.NEW_COMMITS);
        Instant announced = repo.inFlightAt();
        if (announced != null && announced.plus(Announcements.STALE_AFTER).isBefore(clock.instant())) {
            database.execute(tx -> tx.ledger().clearInFlight(repo.agentId(), announced));
        }
    }

    /** Shows the reason in the status of an agent that is git's, or is to be. */
    private static void tell(Tx tx, String agentId, Throwable reason) {
        if (tx.tombstones().find(agentId).isPresent()) {
            return; // it has no status but that
        }
        boolean isGits = tx.agents().hasTag(agentId)
                || tx.ledger().repo(agentId).filter(Ledger.Repo::isEnabled).isPresent();
        if (!isGits) {
            return; // it was disabled meanwhile: nobody would take the reason back
        }
        tx.agents().find(agentId).ifPresent(agent -> {
            tx.ledger().register(agentId, agent.organizationId());
            tx.ledger().setError(agentId, StoreException.forClients(exception(reason)));
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private boolean attempt(String agentId, Work work) {
        turn = new Turn(agentId, clock.instant());
        try {
            work.run();
            troubles.over(agentId);
            return true;
        } catch (RowsLockedException e) {
            troubled(agentId, e);
            return false;
        } catch (DatabaseUnavailableException e) {
            throw e; // not this agent's
        } catch (IOException | RuntimeException | Error e) { // one agent's lack of memory is not the others'
            if (Thread.currentThread().isInterrupted()) {
                log.debug("Agent {}: broken off, for this process ends", agentId, e);
                return false; // by whoever ends this process, and not by what the agent is like
            }
            troubled(agentId, e);
            return false;
        } finally {
            turn = new Turn(null, clock.instant());
        }
    }

    private void troubled(String agentId, Throwable reason) {
        if (isPurged(agentId, reason)) {
            troubles.forget(agentId);
            return; // by another sidecar, while this one looked: there is nothing left that could follow
        }
        switch (troubles.add(agentId, reason, looking)) {
            case NOTHING -> log.debug("Agent {} waits for another transaction, which holds its rows", agentId, reason);
            case WAITS ->
                log.warn(
                        "Agent {} waits for another transaction, trying again and again: {}",
                        agentId,
                        reason.getMessage());
            case FAILS -> {
                log.warn(
                        "Agent {} can't follow git, trying again and again: {}",
                        agentId,
                        exception(reason).getMessage());
                if (reason instanceof Error) {
                    log.warn("Agent {}: where that was", agentId, reason);
                }
                tell(agentId, reason);
            }
            case STILL_FAILS -> tell(agentId, reason);
        }
    }

    private void tell(String agentId, Throwable reason) {
        try {
            database.execute(tx -> tell(tx, agentId, reason));
        } catch (RowsLockedException e) {
            log.debug("Agent {}: its status is locked as well, only the log has the reason", agentId, e);
        }
    }

    /** What people are told: an error's own words are the VM's. */
    private static Throwable exception(Throwable reason) {
        if (reason instanceof OutOfMemoryError) {
            return new IllegalStateException(OutOfHeapException.text(), reason);
        }
        return reason instanceof Error ? new IllegalStateException(reason.toString(), reason) : reason;
    }

    private boolean isPurged(String agentId, Throwable reason) {
        boolean saysSo = reason instanceof PurgedException
                || (reason instanceof MemoryException memory && memory.reason() == Reason.GONE);
        return saysSo
                && database.inTransaction(tx -> tx.tombstones().find(agentId).isPresent());
    }
}
