package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.repo.AmbiguousRevisionException;
import dev.gitmemory.repo.CommitPage;
import dev.gitmemory.repo.FileChange;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.UnknownRevisionException;
import dev.gitmemory.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What git says of an agent's memory, now and earlier. Reads the log's newest entries first. Thread-safe. */
public final class Views {

    private final Database database;
    private final MemoryRepositories repositories;

    Views(Database database, MemoryRepositories repositories) {
        this.database = database;
        this.repositories = repositories;
    }

    /**
     * Where an agent stands.
     *
     * @param organizationId whose repository it is
     * @param leftOut blocks that git can't have: they were left out, and their rows are frozen
     * @param notPortable labels of an agent of git's that could not come anew; none where any may come
     * @param state {@code enabled}, {@code disabled}, {@code pending}, or {@code failed} for one that is enabled and can't
     *     follow git, as {@code lastError} says; {@code disabled} for an agent that never was git's, {@code deleted} for one
     *     that the application has deleted and whose repository is kept, {@code purging} or {@code purged} for one whose
     *     repository is being or was removed
     */
    public record Status(
            String agentId,
            String organizationId,
            String state,
            @Nullable String headSha,
            @Nullable String appliedSha,
            long entries,
            long commits,
            @Nullable String lastError,
            List<LeftOut> leftOut,
            List<NotPortable> notPortable) {

        public Status {
            leftOut = List.copyOf(leftOut);
            notPortable = List.copyOf(notPortable);
        }
    }

    /** A block at a commit, with the commit that last touched it there. */
    public record BlockAt(Block block, String gitSha) {}

    /**
     * Where an agent stands now.
     *
     * @throws MemoryException if there is no such agent
     */
    public Status status(String agentId) {
        Optional<Tombstone> tombstone =
                database.inTransaction(tx -> tx.tombstones().find(agentId));
        if (tombstone.isPresent()) {
            return purged(tombstone.get());
        }
        Agent agent = find(agentId);
        Optional<Ledger.Repo> known = database.inTransaction(tx -> tx.ledger().repo(agentId));
        List<LeftOut> leftOut = database.inTransaction(tx -> tx.reports().leftOut(agentId));
        List<NotPortable> notPortable =
                known.filter(Ledger.Repo::isEnabled).isPresent() ? notPortable(agentId) : List.of();
        boolean tagged = database.inTransaction(tx -> tx.agents().hasTag(agentId));
        boolean isDeleted =
                database.inTransaction(tx -> tx.agents().find(agentId)).isEmpty();
        RepoId id = database.inTransaction(tx -> Homes.of(tx, agent));
        String moved = Homes.moved(id, agent).orElse(null);
        try {
            MemoryRepository repository = refreshed(id);
            Head head = repository.head();
            String lastError = moved == null ? known.map(Ledger.Repo::lastError).orElse(null) : moved;
            return new Status(
                    agent.id(),
                    id.organizationId(),
                    isDeleted ? "deleted" : state(known, tagged, lastError),
                    head == null ? null : head.sha(),
                    known.map(Ledger.Repo::appliedSha).orElse(null),
                    repository.entries(),
                    repository.commits(),
                    lastError,
                    leftOut,
                    notPortable);
        } catch (MemoryException e) {
            return new Status( // a status has to be told when the storage is down too
                    agent.id(),
                    id.organizationId(),
                    isDeleted ? "deleted" : state(known, tagged, e.getMessage()),
                    known.map(Ledger.Repo::headSha).orElse(null),
                    known.map(Ledger.Repo::appliedSha).orElse(null),
                    known.map(Ledger.Repo::entries).orElse(0L),
                    known.map(Ledger.Repo::commits).orElse(0L),
                    StoreException.forClients(e),
                    leftOut,
                    notPortable);
        }
    }

    /** As the view {@code git_memory.status} shows it. */
    private static String state(Optional<Ledger.Repo> known, boolean tagged, @Nullable String lastError) {
        if (known.isPresent() && known.get().isEnabled()) {
            return lastError == null ? known.get().state() : "failed";
        }
        return tagged ? "pending" : known.map(Ledger.Repo::state).orElse("disabled");
    }

    private List<NotPortable> notPortable(String agentId) {
        List<Label> labels = new ArrayList<>();
        for (String label :
                database.inTransaction(tx -> tx.ledger().files(agentId)).keySet()) {
            try {
                labels.add(Label.of(label));
            } catch (RuleViolation e) {
                // An earlier version's: whoever applies git again is told, and a status can be had all the same.
            }
        }
        return NotPortable.among(labels, repositories.newPaths());
    }

    /**
     * The commits that touched an agent's memory, newest first.
     *
     * @param label only those that touched this block; null for all
     * @param limit 1 or more
     * @param before the {@code next} of the page before; null for the first
     */
    public CommitPage history(String agentId, @Nullable Label label, int limit, @Nullable String before) {
        MemoryRepository repository = readable(agentId);
        Head head = repository.head();
        if (head == null) {
            return new CommitPage(List.of(), null);
        }
        String cursor = before == null ? null : resolve(repository, "before", before);
        return reading(
                agentId, () -> repository.history(head.sha(), label == null ? null : label.path(), limit, cursor));
    }

    /** All blocks at a commit, by label; files that are no blocks are left out. */
    public List<BlockAt> blocksAt(String agentId, String revision) {
        MemoryRepository repository = readable(agentId);
        String sha = resolve(repository, "at", revision);
        return reading(agentId, () -> {
            List<BlockAt> blocks = new ArrayList<>();
            for (Map.Entry<String, String> file : repository.files(sha).entrySet()) {
                Optional<Label> label = BlockPaths.label(file.getKey());
                if (label.isPresent()) {
                    Block block = RepoDelta.parse(agentId, label.get(), file.getValue());
                    if (block != null) {
                        blocks.add(new BlockAt(block, lastTouched(repository, sha, file.getKey())));
                    }
                }
            }
            return blocks;
        });
    }

    /** One block at a commit. */
    public BlockAt blockAt(String agentId, Label label, String revision) {
        MemoryRepository repository = readable(agentId);
        String sha = resolve(repository, "at", revision);
        return reading(agentId, () -> {
            Block block = RepoDelta.parse(agentId, label, repository.file(sha, label.path()));
            if (block == null) {
                throw MemoryException.notFound(
                        "Agent %s had no block '%s' at %s".formatted(agentId, label.text(), revision));
            }
            return new BlockAt(block, lastTouched(repository, sha, label.path()));
        });
    }

    /** How an agent's files differ between two commits, by path. */
    public record Diff(String fromSha, String toSha, List<FileChange> files) {}

    /**
     * What changed between two commits, whichever is older.
     *
     * @param label only this block; null for all files
     * @throws MemoryException if one of the commits or, at both of them, the block does not exist
     */
    public Diff diff(String agentId, @Nullable Label label, String from, String to) {
        MemoryRepository repository = readable(agentId);
        String fromSha = resolve(repository, "from", from);
        String toSha = resolve(repository, "to", to);
        return reading(agentId, () -> {
            if (label == null) {
                return new Diff(fromSha, toSha, repository.diff(fromSha, toSha, null));
            }
            if (!repository.paths(fromSha).contains(label.path())
                    && !repository.paths(toSha).contains(label.path())) {
                throw MemoryException.notFound(
                        "Agent %s had no block '%s' at %s, nor at %s".formatted(agentId, label.text(), from, to));
            }
            return new Diff(fromSha, toSha, repository.diff(fromSha, toSha, label.path()));
        });
    }

    private static String lastTouched(MemoryRepository repository, String sha, String path) throws IOException {
        return repository.history(sha, path, 1, null).commits().get(0).sha();
    }

    private static Status purged(Tombstone tombstone) {
        return new Status(
                tombstone.agentId(),
                tombstone.organizationId(),
                tombstone.purgedAt() == null ? "purging" : "purged",
                null,
                null,
                0,
                0,
                null,
                List.of(),
                List.of());
    }

    /** An agent of the application, or one that it has deleted and whose repository is kept. */
    private Agent find(String agentId) {
        return database.inTransaction(tx -> {
            Purge.refuse(tx, agentId);
            return tx.agents()
                    .find(agentId)
                    .or(() -> tx.ledger()
                            .repo(agentId)
                            .map(repo -> new Agent(repo.agentId(), repo.organizationId(), null)))
                    .orElseThrow(() -> Enablement.noAgent(agentId));
        });
    }

    /** What is in it may be told to whoever asks for the agent, as the application knows it. */
    private MemoryRepository readable(String agentId) {
        Agent agent = find(agentId);
        return refreshed(database.inTransaction(tx -> Homes.require(tx, agent)));
    }

    private MemoryRepository refreshed(RepoId id) {
        return reading(id.agentId(), () -> {
            MemoryRepository repository = repositories.open(id);
            repository.refresh();
            return repository;
        });
    }

    static String resolve(MemoryRepository repository, String field, String revision) {
        try {
            return repository.resolve(revision);
        } catch (UnknownRevisionException e) {
            throw MemoryException.notFound(String.valueOf(e.getMessage()));
        } catch (AmbiguousRevisionException e) {
            throw MemoryException.malformed(field, String.valueOf(e.getMessage()));
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T reading(String agentId, Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The repository of agent %s can't be read: %s".formatted(agentId, e.getMessage()), e);
        }
    }
}
