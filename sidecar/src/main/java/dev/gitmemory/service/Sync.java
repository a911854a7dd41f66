package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.AgentTable.Link;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Difference.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares PostgreSQL with git, label by label, and makes it equal git where it is not. Thread-safe. */
final class Sync {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;

    Sync(Database database, MemoryRepositories repositories, Applier applier) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
    }

    /**
     * Rebuilds the agent's ledger and rows from git, removals included, and answers what differed before.
     *
     * @throws MemoryException if there is no such agent, git does not own its blocks, or its repository can't be used
     */
    List<Difference> sync(String agentId) {
        return withRepository(agentId, id -> {
            applier.apply(id, Applier.Scope.NEW_COMMITS);
            List<Difference> before = compare(id);
            if (!before.isEmpty() && applier.apply(id, Applier.Scope.EVERYTHING) == Applier.Result.NOT_ENABLED) {
                throw notEnabled(agentId);
            }
            return before;
        });
    }

    /** Compares without changing anything; commits that were not applied yet show as differences. */
    List<Difference> verify(String agentId) {
        return withRepository(agentId, this::compare);
    }

    private interface Work {
        List<Difference> on(RepoId id) throws IOException;
    }

    private List<Difference> withRepository(String agentId, Work work) {
        Agent agent =
                database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> Enablement.noAgent(agentId));
        RepoId id = new RepoId(agent.organizationId(), agent.id());
        try {
            repositories.open(id).refresh();
            return work.on(id);
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "Agent %s: the object storage failed, PostgreSQL was left as it is: %s"
                            .formatted(agentId, e.getMessage()),
                    e);
        }
    }

    private List<Difference> compare(RepoId id) throws IOException {
        MemoryRepository repository = repositories.open(id);
        return database.inTransaction(tx -> {
            Ledger.Repo repo = Optional.ofNullable(
                            tx.ledger().lock(List.of(id.agentId())).get(id.agentId()))
                    .filter(Ledger.Repo::isEnabled)
                    .orElseThrow(() -> notEnabled(id.agentId()));
            List<Link> links = tx.agents().links(id.agentId());
            RepoDelta git = RepoDelta.everything(
                    repo, repository, links.stream().map(Link::label).toList());
            return compare(tx, git, links);
        });
    }

    private static List<Difference> compare(Tx tx, RepoDelta git, List<Link> links) {
        String agentId = git.agentId();
        Map<String, String> blockIds = links.stream().collect(Collectors.toMap(Link::label, Link::blockId));
        Map<String, Ledger.File> ledger = new HashMap<>(tx.ledger().files(agentId));
        Map<String, BlockRow> rows =
                tx.blocks().ofAgent(agentId).stream().collect(Collectors.toMap(BlockRow::label, row -> row));
        Map<String, String> rowDigests = tx.ledger().rowDigests(agentId);
        List<Difference> differences = new ArrayList<>();
        for (RepoDelta.Touched file : git.touched().values()) {
            Ledger.File recorded = ledger.remove(file.label());
            BlockRow row = rows.get(file.label());
            Block block = file.block();
            if (block == null) {
                if (row != null) {
                    differences.add(
                            new Difference(file.label(), Kind.EXTRA_ROW, "block %s is not in git".formatted(row.id())));
                }
                if (recorded != null) {
                    differences.add(new Difference(file.label(), Kind.LEDGER, "the ledger has it, git has not"));
                }
                continue;
            }
            String digest = tx.ledger().digest(block);
            if (recorded == null
                    || !recorded.digest().equals(digest)
                    || !recorded.commitSha().equals(file.commitSha())) {
                differences.add(new Difference(
                        file.label(), Kind.LEDGER, "the ledger does not say what git says at " + file.commitSha()));
            }
            if (row == null) {
                differences.add(new Difference(file.label(), Kind.MISSING_ROW, "git has it since " + file.commitSha()));
            } else if (!digest.equals(rowDigests.get(file.label()))) {
                differences.add(new Difference(
                        file.label(), Kind.CONTENT, "block %s differs from %s".formatted(row.id(), file.commitSha())));
            } else {
                String sha = RowWriter.sha(
                        tx,
                        agentId,
                        Objects.requireNonNull(blockIds.get(file.label())),
                        file.label(),
                        file.commitSha());
                if (!sha.equals(row.gitSha())) {
                    differences.add(new Difference(
                            file.label(),
                            Kind.SHA,
                            "block %s has %s, git has %s".formatted(row.id(), row.gitSha(), sha)));
                }
            }
        }
        ledger.keySet()
                .forEach(
                        label -> differences.add(new Difference(label, Kind.LEDGER, "the ledger has it, git has not")));
        Head head = git.head();
        if (!head.sha().equals(git.row().appliedSha())) {
            differences.add(new Difference(
                    "",
                    Kind.LEDGER,
                    "applied is %s, head is %s".formatted(git.row().appliedSha(), head.sha())));
        }
        return differences;
    }

    private static MemoryException notEnabled(String agentId) {
        return MemoryException.conflict(
                "Agent %s is not enabled: its blocks are PostgreSQL's own. Enable it first.".formatted(agentId));
    }
}
