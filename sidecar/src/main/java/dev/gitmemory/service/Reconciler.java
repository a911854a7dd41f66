package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets PostgreSQL and git find each other again after whatever came between them: applies commits of agents with a
 * writer that did not finish, and takes over agents whose tag was written by plain SQL.
 *
 * <p>A pass costs two queries when there is nothing to do. Failures of one agent are logged once, shown in its status,
 * and do not hold up the others. Thread-safe; passes run one at a time.
 */
public final class Reconciler {

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private static final int OPENED_AHEAD = 64;

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Enablement enablement;
    private final Purge purge;
    private final Clock clock;
    private final Set<String> failing = new HashSet<>(); // guarded by this

    Reconciler(
            Database database,
            MemoryRepositories repositories,
            Applier applier,
            Enablement enablement,
            Purge purge,
            Clock clock) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
        this.enablement = enablement;
        this.purge = purge;
        this.clock = clock;
    }

    /**
     * One pass over the agents that need it.
     *
     * @return how many agents were brought up to date
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL is down; the next pass tries again
     */
    public synchronized int run() {
        int done = 0;
        List<Ledger.Repo> behind = database.inTransaction(tx -> tx.ledger().inFlight());
        for (int i = 0; i < behind.size(); i++) {
            if (i % OPENED_AHEAD == 0) {
                openAhead(behind.subList(i, Math.min(i + OPENED_AHEAD, behind.size())));
            }
            Ledger.Repo repo = behind.get(i);
            if (attempt(repo.agentId(), () -> follow(repo))) {
                done++;
            }
        }
        List<String> waiting = database.inTransaction(tx -> tx.agents().taggedButNotTakenOver());
        for (String agentId : waiting) {
            if (attempt(agentId, () -> enablement.enable(agentId, Caller.system()))) {
                log.info("Agent {} has the tag: its blocks are git's now{}", agentId, leftOut(agentId));
                done++;
            }
        }
        for (Tombstone tombstone : database.inTransaction(tx -> tx.tombstones().due())) {
            if (attempt(tombstone.agentId(), () -> purge.goOn(tombstone)) && tombstone.purgedAt() == null) {
                log.info("Agent {} is purged: a purge that was cut short has been carried on", tombstone.agentId());
                done++;
            }
        }
        return done;
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
        RepoId id = new RepoId(repo.organizationId(), repo.agentId());
        repositories.open(id).refresh();
        applier.apply(id, Applier.Scope.NEW_COMMITS);
        Instant announced = repo.inFlightAt();
        if (announced != null && announced.plus(Announcements.STALE_AFTER).isBefore(clock.instant())) {
            database.execute(tx -> tx.ledger().clearInFlight(repo.agentId(), announced));
        }
    }

    /** Shows the reason in the agent's status, also of one that was never taken over. */
    private static void tell(Tx tx, String agentId, Exception reason) {
        if (tx.tombstones().find(agentId).isPresent()) {
            return; // it has no status but that
        }
        tx.agents().find(agentId).ifPresent(agent -> {
            tx.ledger().register(agentId, agent.organizationId());
            tx.ledger().setError(agentId, String.valueOf(reason.getMessage()));
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private boolean attempt(String agentId, Work work) {
        try {
            work.run();
            if (failing.remove(agentId)) {
                log.info("Agent {} follows git again", agentId);
            }
            return true;
        } catch (DatabaseUnavailableException e) {
            throw e; // not this agent's
        } catch (IOException | RuntimeException e) {
            if (failing.add(agentId)) {
                log.warn("Agent {} can't follow git, trying again on every pass: {}", agentId, e.getMessage());
            }
            database.execute(tx -> tell(tx, agentId, e));
            return false;
        }
    }
}
