package dev.gitmemory.service;

import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.GuardRefusedException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.StatementFailedException;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.ImportPlan;
import dev.gitmemory.repo.ImportPlan.Way;
import dev.gitmemory.repo.Incoming;
import dev.gitmemory.repo.IncomingFile;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.SourceKind;
import dev.gitmemory.repo.TransferException;
import dev.gitmemory.repo.TransferProgress;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings memory from outside into an agent's repository and then, as any other commit, into PostgreSQL.
 *
 * <p>Everything is checked before anything is written; what is written first is one entry of the log. An agent that is
 * not git's yet becomes git's: with a folder its rows are committed first, and the folder's files on top; with a
 * repository that is taken over as it is, and where the rows differ from it they become a commit that is returned from
 * at once, so that history has them. An import that was interrupted is completed by the same import. Thread-safe.
 */
final class MemoryImport {

    private final Database database;
    private final MemoryRepositories repositories;
    private final Enablement enablement;
    private final Announcements announcements;
    private final Applier applier;
    private final Clock clock;

    MemoryImport(
            Database database,
            MemoryRepositories repositories,
            Enablement enablement,
            Announcements announcements,
            Applier applier,
            Clock clock) {
        this.database = database;
        this.repositories = repositories;
        this.enablement = enablement;
        this.announcements = announcements;
        this.applier = applier;
        this.clock = clock;
    }

    /**
     * Imports, or says what an import would do.
     *
     * @throws MemoryException if there is no such agent, or PostgreSQL can't follow
     * @throws ImportRejectedException if files can't be memory; nothing was changed
     * @throws ImportRemovesException if blocks would go that nobody has agreed to; nothing was changed
     * @throws dev.gitmemory.repo.TransferException if the source can't be read; nothing was changed
     * @throws IOException if the object storage fails; the message says what was written
     */
    ImportReport run(String agentId, ImportRequest request, Caller caller, TransferProgress progress)
            throws IOException {
        Agent agent =
                database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> Enablement.noAgent(agentId));
        RepoId id = database.inTransaction(tx -> Homes.require(tx, agent));
        MemoryRepository repository = repositories.open(id);
        repository.refresh();
        Optional<Ledger.Repo> known = database.inTransaction(tx -> tx.ledger().repo(agentId));
        if (known.isPresent() && known.get().appliedSeq() > 0) {
            Heads.require(repository, known.get());
        }
        boolean enabled = known.filter(Ledger.Repo::isEnabled).isPresent();
        try (Incoming incoming = Incoming.read(
                repository, request.from(), request.branch(), request.prune(), request.limits(), progress)) {
            BlockLimits limits = limits(id, repository, incoming, request.blockLimit(), enabled);
            SortedMap<String, String> limited = limits.written(incoming.files());
            incoming.replace(limited);
            ImportPlan plan = incoming.plan();
            boolean brings = plan.way() != Way.NOTHING;
            List<String> rowCommits = List.of();
            List<Renamed> renamed = List.of();
            Optional<Set<String>> rowPaths = Optional.empty();
            if (!enabled) {
                RowsPlan rows = onRows(id, repository, incoming, plan, request.prune());
                plan = rows.plan();
                rowCommits = rows.rowCommits();
                rowPaths = Optional.of(rows.rowPaths());
                renamed = rows.renamed();
            }
            if (brings) {
                ImportRules.check(incoming.files(), limits, limited.keySet(), notNew(repository, rowPaths, plan));
            }
            if (progress.isCancelled()) {
                throw new TransferException("stopped before it was done; nothing was changed");
            }
            Set<String> inGit = Enablement.pathsInGit(repository);
            List<String> removals = Removals.unasked(incoming.kind(), plan, enabled, inGit);
            boolean mayRemove = request.mayRemove();
            if (!request.dryRun()) {
                requireAgreed(removals, mayRemove);
                progress.at("Writing to git and PostgreSQL, commits", 0, plan.newCommits());
                if (enabled) {
                    plan = write(
                            id,
                            incoming,
                            caller,
                            now -> requireAgreed(Removals.unasked(incoming.kind(), now, true, inGit), mayRemove));
                } else {
                    rowCommits = writeAndEnable(id, repository, incoming, caller);
                }
            }
            Head head = repository.head();
            return new ImportReport(
                    incoming.kind(),
                    incoming.description(),
                    plan,
                    !enabled,
                    rowCommits,
                    head == null ? null : head.sha(),
                    incoming.leftOut(),
                    renamed,
                    plan.way() != Way.NOTHING && incoming.files().stream().anyMatch(MemoryImport::isStrangeAttributes),
                    plan.way() == Way.NOTHING
                            ? List.of()
                            : limited.keySet().stream().toList(),
                    removals);
        }
    }

    /**
     * The paths that may not come anew, with the reason. What the agent's rows have may stay, as when it is enabled.
     *
     * @param rowPaths of the blocks of an agent that is not git's yet, which then replace those that git has
     */
    private static SortedMap<String, String> notNew(
            MemoryRepository repository, Optional<Set<String>> rowPaths, ImportPlan plan) throws IOException {
        Head head = repository.head();
        Set<String> before = head == null ? new TreeSet<>() : new TreeSet<>(repository.paths(head.sha()));
        Set<String> after = new TreeSet<>(before);
        rowPaths.ifPresent(rows -> {
            after.removeIf(path -> BlockPaths.label(path).isPresent());
            after.addAll(rows);
            before.addAll(rows);
        });
        plan.removed().forEach(after::remove);
        after.addAll(plan.added());
        return repository.newPaths().problems(before, after);
    }

    private static void requireAgreed(List<String> removals, boolean mayRemove) {
        if (!removals.isEmpty() && !mayRemove) {
            throw new ImportRemovesException(removals);
        }
    }

    private BlockLimits limits(
            RepoId id, MemoryRepository repository, Incoming incoming, @Nullable Integer wanted, boolean enabled)
            throws IOException {
        if (wanted == null) {
            return BlockLimits.NONE;
        }
        if (enabled) {
            return BlockLimits.of(wanted, RowsPlan.inGit(repository).values());
        }
        boolean isFolder = incoming.kind() == SourceKind.FOLDER;
        return BlockLimits.of(
                wanted,
                enablement
                        .selection(
                                id.agentId(),
                                isFolder ? Enablement.pathsInGit(repository) : paths(incoming),
                                isFolder ? Enablement.Precedence.ROWS : Enablement.Precedence.GIT)
                        .blocks()
                        .values());
    }

    private static Set<String> paths(Incoming incoming) {
        return incoming.files().stream().map(IncomingFile::path).collect(Collectors.toSet());
    }

    private static boolean isStrangeAttributes(IncomingFile file) {
        return file.path().equals(RowsCommit.ATTRIBUTES)
                && !file.unchanged()
                && !RowsCommit.OUR_ATTRIBUTES.equals(file.text());
    }

    private RowsPlan onRows(RepoId id, MemoryRepository repository, Incoming incoming, ImportPlan plan, boolean prune)
            throws IOException {
        boolean isFolder = incoming.kind() == SourceKind.FOLDER;
        boolean gitWins = !isFolder && (plan.way() != Way.NOTHING || holdsWhatWasImported(repository, incoming));
        Set<String> paths = gitWins ? paths(incoming) : Enablement.pathsInGit(repository);
        Selection rows = enablement.selection(
                id.agentId(), paths, gitWins ? Enablement.Precedence.GIT : Enablement.Precedence.ROWS);
        return RowsPlan.of(rows, repository, incoming, plan, gitWins, prune);
    }

    /** Answers the first lines of the commits that the rows became. */
    private List<String> writeAndEnable(RepoId id, MemoryRepository repository, Incoming incoming, Caller caller)
            throws IOException {
        Head before = repository.head();
        if (incoming.kind() == SourceKind.FOLDER) {
            enablement.enable(id.agentId(), caller);
            List<String> commits = commits(repository, before);
            write(id, incoming, caller, plan -> {});
            return commits;
        }
        ImportPlan plan = incoming.commit(caller.author(), clock.instant());
        Head imported = repository.head();
        if (plan.way() != Way.NOTHING || holdsWhatWasImported(repository, incoming)) {
            enablement.enable(id.agentId(), caller, Enablement.Precedence.GIT);
        } else {
            enablement.enable(id.agentId(), caller); // it went on since then: its rows are newer than the import
        }
        return commits(repository, imported);
    }

    private static List<String> commits(MemoryRepository repository, @Nullable Head since) throws IOException {
        Head head = repository.head();
        return head == null
                ? List.of()
                : repository.changesSince(since == null ? null : since.sha(), head.sha()).commits().stream()
                        .map(commit -> commit.message().lines().findFirst().orElse(""))
                        .toList();
    }

    /** Whether an earlier attempt came this far, or somebody else. */
    private static boolean holdsWhatWasImported(MemoryRepository repository, Incoming incoming) throws IOException {
        Head head = repository.head();
        String imported = incoming.commitSha();
        if (head == null || imported == null) {
            return false;
        }
        Set<String> unchanged = incoming.files().stream()
                .filter(IncomingFile::unchanged) // among them those whose limit was written into them
                .map(IncomingFile::path)
                .collect(Collectors.toSet());
        return repository.diff(imported, head.sha(), null).stream()
                .allMatch(change -> change.path().equals(RowsCommit.ATTRIBUTES) || unchanged.contains(change.path()));
    }

    private ImportPlan write(RepoId id, Incoming incoming, Caller caller, Consumer<ImportPlan> agreed)
            throws IOException {
        announcements.announce(id.agentId());
        ImportPlan plan = incoming.commit(caller.author(), clock.instant(), agreed);
        try {
            applier.apply(id, Applier.Scope.NEW_COMMITS);
            return plan;
        } catch (DatabaseUnavailableException e) {
            throw MemoryException.unavailable(
                    "The import is in git, and PostgreSQL fell before it got there: a running sidecar applies it as soon as it can, and so does 'git-memory sync %s'"
                            .formatted(id.agentId()),
                    e);
        } catch (GuardRefusedException | ConstraintException | StatementFailedException | MemoryException e) {
            throw MemoryException.notApplied(
                    "The import is in git, and " + Applier.cannotFollow(id.agentId(), e.getMessage()), e);
        }
    }
}
