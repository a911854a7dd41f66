package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Intents.Intent;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes PostgreSQL equal git: ledger first, then rows, in one transaction under the lock of the repository's row.
 *
 * <p>Idempotent and free of order: what is applied is the difference between the commit that the rows equal and the
 * head, whoever made the commits and however many there are. Thread-safe.
 *
 * <p>Where the ledger was written by an earlier edition of the rules for files, all files are read anew.
 *
 * <p>A transaction of the application that the guard has judged keeps the repository's row until it ends, so what was
 * judged there is seen here. It may want that row while it holds a block, and so may two that share a block: the database
 * that this is given makes way for the one, and repeats the other.
 *
 * <p><b>Shared blocks.</b> A block may belong to several agents of git's, and its row can equal only one content. So
 * where a change touches a shared block, all its owners are applied together: their repositories' rows are locked in
 * the order of their ids, {@link SharedBlocks} brings the repositories to one content, and then each is applied.
 */
final class Applier {

    /** What became of an attempt to apply. */
    enum Result {
        /** PostgreSQL equals git. */
        APPLIED,
        /** The agent is not git's (any more); its rows were left alone. */
        NOT_ENABLED
    }

    /** How much to look at. */
    enum Scope {
        /** What commits since the applied one have touched. */
        NEW_COMMITS,
        /** Everything that git or the rows have. */
        EVERYTHING
    }

    /** Told of rows that held what neither git nor the ledger had, and were kept before they were overwritten. */
    @FunctionalInterface
    interface Kept {
        void row(String label, long report);
    }

    /** What is said where PostgreSQL refuses what git has, in every answer. */
    static String cannotFollow(String agentId, @Nullable String reason) {
        return "PostgreSQL can't follow git for agent %s until this is mended: %s".formatted(agentId, reason);
    }

    private final Database database;
    private final MemoryRepositories repositories;
    private final Steps steps;

    /** @param database waits for locks for a bounded time */
    Applier(Database database, MemoryRepositories repositories, Steps steps) {
        this.database = database;
        this.repositories = repositories;
        this.steps = steps;
    }

    /**
     * Applies what this process knows to be committed.
     *
     * @throws IOException if the repository can't be read
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL can't be reached, or somebody else's
     *     transaction keeps the rows; git has it all, and a later call applies it
     */
    Result apply(RepoId id, Scope scope) throws IOException {
        return apply(id, scope, null);
    }

    /**
     * As {@link #apply(RepoId, Scope)}.
     *
     * @param kept rows are looked at before they are overwritten, and the strange ones kept; null for not
     */
    Result apply(RepoId id, Scope scope, @Nullable Kept kept) throws IOException {
        Set<String> group = new HashSet<>(Set.of(id.agentId()));
        while (true) {
            int size = group.size();
            Result result = database.inTransaction(tx -> {
                Map<String, Ledger.Repo> locked = tx.ledger().lock(group);
                steps.reached(Steps.Step.LOCKED, id.agentId());
                Ledger.Repo own = locked.get(id.agentId());
                if (own == null || !own.isEnabled()) {
                    return Result.NOT_ENABLED;
                }
                group.addAll(applyLocked(tx, locked, scope, kept));
                return Result.APPLIED;
            });
            if (group.size() == size) {
                steps.reached(Steps.Step.APPLIED, id.agentId());
                return result;
            }
        }
    }

    /**
     * Applies every enabled agent of {@code locked}, whose rows the transaction holds; or, when what is to be applied
     * touches blocks of agents beyond them, does nothing and answers these agents: the caller begins again with their
     * rows locked too.
     */
    Set<String> applyLocked(Tx tx, Map<String, Ledger.Repo> locked, Scope scope) throws IOException {
        return applyLocked(tx, locked, scope, null);
    }

    private Set<String> applyLocked(Tx tx, Map<String, Ledger.Repo> locked, Scope scope, @Nullable Kept kept)
            throws IOException {
        Map<String, Map<String, String>> links = new HashMap<>();
        for (String agentId : locked.keySet()) {
            links.put(
                    agentId,
                    tx.agents().links(agentId).stream()
                            .filter(link -> !link.leftOut())
                            .collect(Collectors.toMap(AgentTable.Link::label, AgentTable.Link::blockId)));
        }
        while (true) {
            Map<String, RepoDelta> deltas = deltas(locked, links, scope);
            Map<String, String> touchedBlocks = touchedBlocks(tx, deltas.values(), links);
            Map<String, List<String>> owners = tx.agents().enabledOwners(touchedBlocks.keySet());
            addNewOwners(tx, deltas.values(), owners);
            Set<String> missing = owners.values().stream().flatMap(List::stream).collect(Collectors.toSet());
            missing.removeAll(deltas.keySet());
            if (!missing.isEmpty()) {
                return missing;
            }
            if (!SharedBlocks.converge(deltas, owners, links, touchedBlocks)) {
                write(tx, deltas.values(), kept);
                return Set.of();
            }
        }
    }

    private Map<String, RepoDelta> deltas(
            Map<String, Ledger.Repo> locked, Map<String, Map<String, String>> links, Scope scope) throws IOException {
        Map<String, RepoDelta> deltas = new TreeMap<>();
        for (Ledger.Repo row : locked.values()) {
            if (row.isEnabled()) {
                RepoId id = new RepoId(row.organizationId(), row.agentId());
                MemoryRepository repository = Heads.open(repositories, id, row.appliedSha());
                deltas.put(
                        row.agentId(),
                        scope == Scope.NEW_COMMITS
                                ? RepoDelta.newCommits(row, repository)
                                : RepoDelta.everything(
                                        row,
                                        repository,
                                        links.getOrDefault(row.agentId(), Map.of())
                                                .keySet()));
            }
        }
        return deltas;
    }

    /** Label by block id: the rows that the deltas are about, linked now or to be linked. */
    private static Map<String, String> touchedBlocks(
            Tx tx, Collection<RepoDelta> deltas, Map<String, Map<String, String>> links) {
        Map<String, String> blocks = new HashMap<>();
        for (RepoDelta delta : deltas) {
            Map<String, String> own = links.getOrDefault(delta.agentId(), Map.of());
            delta.touched().keySet().stream()
                    .filter(own::containsKey)
                    .forEach(label -> blocks.put(own.get(label), label));
            tx.intents()
                    .of(delta.agentId(), RowWriter.requests(delta))
                    .forEach(i -> blocks.put(i.blockId(), i.label()));
        }
        return blocks;
    }

    /** Counts agents that are about to be linked among the owners. */
    private static void addNewOwners(Tx tx, Collection<RepoDelta> deltas, Map<String, List<String>> owners) {
        for (RepoDelta delta : deltas) {
            for (Intent intent : tx.intents().of(delta.agentId(), RowWriter.requests(delta))) {
                List<String> known = owners.get(intent.blockId());
                if (known != null && !known.contains(delta.agentId())) {
                    known.add(delta.agentId());
                }
            }
        }
    }

    private void write(Tx tx, Collection<RepoDelta> deltas, @Nullable Kept kept) {
        tx.ledger().judgeAtCommit();
        Map<String, Map<String, Ledger.File>> before = new HashMap<>();
        for (RepoDelta delta : deltas) {
            before.put(delta.agentId(), tx.ledger().files(delta.agentId()));
            LedgerWriter.write(tx, delta);
            steps.reached(Steps.Step.LEDGER_WRITTEN, delta.agentId());
        }
        for (RepoDelta delta : deltas) {
            new RowWriter(tx, delta, before.getOrDefault(delta.agentId(), Map.of()), kept).write();
            steps.reached(Steps.Step.ROWS_WRITTEN, delta.agentId());
        }
    }
}
