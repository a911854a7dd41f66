package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.AgentTable;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Reports;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.postgres.RowsLockedException;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hands an agent's blocks to git, and back.
 *
 * <p><b>Taking over.</b> One transaction locks the agent's row, its links and its blocks before it reads them: a write
 * under way is waited for and lands in the first commit, a later one waits and then meets the guard. What was read is
 * committed to git on top of whatever the repository holds, so enabling again keeps all history; then ledger, labels,
 * SHAs and tag are written and committed together. A crash before that leaves a commit that nobody has heard of, and
 * the next attempt finds that git says it all already.
 *
 * <p>Labels get the prefix {@code system/} unless they have it. Thread-safe.
 */
final class Enablement {

    /** Which side is right where an agent's rows differ from a repository that it has already. */
    enum Precedence {
        /** What the rows say becomes a commit on top; refused where git has lost commits that the rows came from. */
        ROWS,
        /** What the rows say becomes a commit on top of whatever git has left. */
        ROWS_OVER_OLDER_GIT,
        /** What the rows say becomes a commit on top, and what git said before another one on top of that. */
        GIT
    }

    /** PostgreSQL's {@code deadlock_timeout} is a second, unless somebody has made it shorter. */
    private static final Duration SHORTER_THAN_DEADLOCK_TIMEOUT = Duration.ofMillis(700);

    private final Database database;
    private final MemoryRepositories repositories;
    private final Applier applier;
    private final Steps steps;
    private final RowsCommit rowsCommit;
    private final Lanes<String> lanes = new Lanes<>();

    Enablement(Database database, MemoryRepositories repositories, Applier applier, Steps steps) {
        this.database = database;
        this.repositories = repositories;
        this.applier = applier;
        this.steps = steps;
        this.rowsCommit = new RowsCommit(steps);
    }

    /**
     * Makes git the source of truth for the agent's blocks; an agent that is git's already stays as it is. Blocks that
     * can't be files in git are left out, and reported: their rows are frozen.
     *
     * @return labels that it has changed
     * @throws MemoryException if there is no such agent, or it can't be taken over; nothing was changed
     */
    List<Renamed> enable(String agentId, Caller caller) {
        return enable(agentId, caller, Precedence.ROWS);
    }

    /** As {@link #enable(String, Caller)}, for an agent whose repository may be there already. */
    List<Renamed> enable(String agentId, Caller caller, Precedence precedence) {
        AtomicReference<List<Renamed>> renamed = new AtomicReference<>(List.of());
        while (handOverOnceRowsAreFree(agentId, caller, precedence, renamed::set) == HandOver.TAG_GOES) {
            database.execute(tx -> tx.agents().awaitTag(agentId));
        }
        return Objects.requireNonNull(renamed.get());
    }

    /**
     * Says what enabling would do.
     *
     * @throws MemoryException if it could not be done
     */
    EnablePreview preview(String agentId, Precedence asked) {
        Agent agent = find(agentId);
        database.execute(tx -> Purge.refuse(tx, agentId));
        RepoId id = database.inTransaction(tx -> Homes.require(tx, agent));
        try {
            MemoryRepository repository = repositories.open(id);
            repository.refresh();
            Set<String> paths = pathsInGit(repository);
            return database.inTransaction(tx -> {
                Optional<Ledger.Repo> repo = tx.ledger().repo(agentId);
                if (repo.filter(Ledger.Repo::isEnabled).isPresent()
                        && tx.agents().hasTag(agentId)) {
                    return new EnablePreview(true, 0, List.of(), List.of(), List.of());
                }
                repo.ifPresent(known -> isOlder(known, repository, asked));
                AgentRows rows = AgentRows.read(tx, agentId);
                Precedence precedence =
                        precedence(repo.map(Ledger.Repo::appliedSha).orElse(null), repository, rows.small(), asked);
                Selection selection = select(tx, agentId, rows, paths, precedence);
                return new EnablePreview(
                        false,
                        selection.blocks().size(),
                        renamed(selection, paths, precedence),
                        selection.leftOut(),
                        NotPortable.among(
                                selection.blocks().values().stream()
                                        .map(Block::label)
                                        .toList(),
                                repositories.newPaths()));
            });
        } catch (IOException e) {
            throw MemoryException.unavailable(
                    "The repository of agent %s can't be read: %s".formatted(agentId, e.getMessage()), e);
        }
    }

    /**
     * As {@link #enable(String, Caller)}, because an agent has the tag, which is not written: who removes it meanwhile has
     * disabled the agent.
     *
     * @return false if the tag is gone, or another transaction is about to remove it; nothing was changed
     * @throws RowsLockedException if another transaction has held the agent's rows for some seconds; nothing was changed
     */
    boolean takeOver(String agentId) {
        return lanes.take(agentId, Optional::empty, Lane.Patience.SHARED, () -> tryTakeOver(agentId));
    }

    /**
     * As {@link #takeOver(String)}, for somebody who has others to see to.
     *
     * @throws RowsLockedException if another transaction holds the agent's rows; nothing was changed
     */
    boolean tryTakeOver(String agentId) {
        return requireFree(handOver(agentId, Caller.system(), Precedence.ROWS, Tag.REQUIRED, renamed -> {}))
                == HandOver.DONE;
    }

    /** However long that takes; but one caller at a time, since each would use a connection. */
    private HandOver handOverOnceRowsAreFree(
            String agentId, Caller caller, Precedence precedence, Consumer<List<Renamed>> renamed) {
        return lanes.take(
                agentId,
                Optional::empty,
                Lane.Patience.ENDLESS,
                () -> requireFree(handOver(agentId, caller, precedence, Tag.WRITTEN, renamed)));
    }

    private static HandOver requireFree(HandOver result) {
        if (result == HandOver.ROWS_HELD) {
            throw new RowsLockedException();
        }
        return result;
    }

    private enum Tag {
        /** The agent gets it unless it has it. */
        WRITTEN,
        /** The agent must have it. */
        REQUIRED
    }

    private enum HandOver {
        DONE,
        NO_TAG,
        /** Another transaction is about to remove the tag. */
        TAG_GOES,
        /** Another transaction has locked rows for longer than one that locks them in another order could be made to wait. */
        ROWS_HELD
    }

    private HandOver handOver(
            String agentId, Caller caller, Precedence precedence, Tag tag, Consumer<List<Renamed>> renamed) {
        Agent agent = find(agentId);
        database.execute(tx -> Purge.refuse(tx, agentId));
        RepoId id = database.inTransaction(tx -> Homes.require(tx, agent));
        try {
            repositories.open(id).refresh();
            HandOver result = handOver(id, caller, precedence, tag, renamed);
            if (result == HandOver.DONE) {
                steps.reached(Steps.Step.APPLIED, agentId);
                applier.apply(id, Applier.Scope.NEW_COMMITS);
            }
            return result;
        } catch (IOException e) {
            throw MemoryException.notCommitted(
                    "Agent %s was not enabled, the object storage failed".formatted(agentId), e);
        }
    }

    private HandOver handOver(RepoId id, Caller caller, Precedence precedence, Tag tag, Consumer<List<Renamed>> renamed)
            throws IOException {
        String agentId = id.agentId();
        try {
            return database.makingWayAtOnce().inTransaction(tx -> {
                if (isEnabled(tx, agentId) && tx.agents().hasTag(agentId)) {
                    return HandOver.DONE;
                }
                HandOver held = hold(tx, agentId, tag);
                if (held != HandOver.DONE) {
                    return held;
                }
                Ledger.Repo repo = tx.ledger().register(agentId, id.organizationId());
                Purge.refuse(tx, agentId);
                requireStill(tx, id);
                if (!repo.isEnabled()) {
                    MemoryRepository repository = Heads.readAsFarAs(repositories, id, repo);
                    String message = message(agentId, repository.head() == null);
                    renamed.accept(takeOver(
                            tx,
                            known(tx, repo, repository, precedence),
                            repository,
                            caller,
                            wentOn(tx, caller.once(), repository, agentId) ? Precedence.GIT : precedence,
                            message));
                }
                if (tag == Tag.WRITTEN) {
                    tx.agents().addTag(agentId, AgentTable.TAG);
                    steps.reached(Steps.Step.TAGGED, agentId);
                }
                return HandOver.DONE;
            });
        } catch (RowsLockedException e) {
            return HandOver.ROWS_HELD; // what this waits for besides those that it makes way for
        }
    }

    /**
     * Whether the request has enabled the agent before and git has gone on from there, as after PostgreSQL was restored from
     * a backup in which the request is queued: then the rows are older than git. Where an attempt died before PostgreSQL had
     * its effect, git has not gone on, and the rows may have.
     */
    private static boolean wentOn(Tx tx, @Nullable Once once, MemoryRepository repository, String agentId)
            throws IOException {
        Head head = repository.head();
        if (once == null || head == null) {
            return false;
        }
        CommitInfo enabled = repository.find(
                once.mark(tx.commits().trace(agentId, once.requestId()).orElse(null), repository));
        return enabled != null && (once.isFirstAttempt() || !enabled.sha().equals(head.sha()));
    }

    private static boolean isEnabled(Tx tx, String agentId) {
        return tx.ledger().repo(agentId).filter(Ledger.Repo::isEnabled).isPresent();
    }

    /**
     * Locks the agent's row, its links and blocks, and its tag where it has one.
     *
     * <p>In an order, and before the ledger, so that the application never has to be the victim of a deadlock: at its end,
     * a transaction that removes the tag wants the ledger's row, and may have written the agent and its blocks before.
     * Nobody waits for that transaction here while he holds what it will want. One that has written a block and then
     * wants the agent's row is made way for before PostgreSQL finds a deadlock.
     */
    private static HandOver hold(Tx tx, String agentId, Tag tag) {
        boolean held = tx.lock(SHORTER_THAN_DEADLOCK_TIMEOUT, () -> {
            if (tx.agents().lock(agentId).isEmpty()) {
                throw noAgent(agentId);
            }
            tx.blocks().lockRows(agentId);
        });
        if (!held) {
            return HandOver.ROWS_HELD;
        }
        if (tx.agents().holdTag(agentId)) {
            return HandOver.DONE;
        }
        if (tx.agents().hasTag(agentId)) {
            return HandOver.TAG_GOES;
        }
        return tag == Tag.WRITTEN ? HandOver.DONE : HandOver.NO_TAG;
    }

    /** Gives the agent's blocks back to PostgreSQL alone; the repository stays. */
    void disable(String agentId, @Nullable Once once) {
        find(agentId);
        database.execute(tx -> {
            tx.agents().removeTag(agentId);
            Once.settle(tx, once, null);
            steps.reached(Steps.Step.UNTAGGED, agentId);
        });
        steps.reached(Steps.Step.APPLIED, agentId);
    }

    /**
     * Disables an agent whose tag is gone though PostgreSQL's trigger did not see it go: the tag says what is wanted.
     *
     * @return false if it has the tag after all; nothing was changed
     */
    boolean letGo(String agentId) {
        return database.inTransaction(tx -> {
            tx.ledger().lock(List.of(agentId));
            tx.agents().lock(agentId); // nobody brings the tag meanwhile
            tx.ledger().judgeAtCommit();
            return tx.agents().letGo(agentId);
        });
    }

    /** Locks the agent's row, and makes sure that the application has left it where it was. */
    static void requireStill(Tx tx, RepoId id) {
        Agent agent = tx.agents().lock(id.agentId()).orElseThrow(() -> noAgent(id.agentId()));
        if (!Homes.require(tx, agent).equals(id)) {
            throw MemoryException.conflict(
                    "Agent %s was moved to another organisation meanwhile; try again".formatted(id.agentId()));
        }
    }

    Agent find(String agentId) {
        return database.inTransaction(tx -> tx.agents().find(agentId)).orElseThrow(() -> noAgent(agentId));
    }

    static MemoryException noAgent(String agentId) {
        return MemoryException.notFound("There is no agent '%s'".formatted(Shown.of(agentId)));
    }

    /** What the ledger knows of a repository, once it is certain that the repository is not an older one. */
    private static Ledger.Repo known(Tx tx, Ledger.Repo repo, MemoryRepository repository, Precedence precedence) {
        String agentId = repo.agentId();
        if (!isOlder(repo, repository, precedence)) {
            return repo;
        }
        tx.ledger().forgetApplied(agentId);
        return tx.ledger().register(agentId, repo.organizationId());
    }

    /**
     * Whether git has lost what the ledger knows.
     *
     * @throws MemoryException if it has, and that is not what is asked to be made up for
     */
    private static boolean isOlder(Ledger.Repo repo, MemoryRepository repository, Precedence precedence) {
        String agentId = repo.agentId();
        Head head = repository.head();
        String applied = repo.appliedSha();
        if (Heads.lost(repository, repo.appliedSeq(), applied).isEmpty()) {
            return false;
        }
        if (precedence != Precedence.ROWS_OVER_OLDER_GIT) {
            throw MemoryException.conflict(
                    "Agent %s was not enabled, nothing was changed: its rows equal entry %d of the log (commit %s), but the object storage ends at entry %d. Restore its newer objects; if they are lost, 'git-memory enable --older-store' makes the rows a commit on top of what is left."
                            .formatted(agentId, repo.appliedSeq(), applied, head == null ? 0 : head.entry()));
        }
        return true;
    }

    static String message(String agentId, boolean isNew) {
        return "%s git memory for %s".formatted(isNew ? "Enable" : "Enable again", agentId);
    }

    /**
     * The blocks that an agent's rows, as they are now, would become in git.
     *
     * @param paths what git has when it is enabled
     * @throws MemoryException if it could not be enabled
     */
    Selection selection(String agentId, Set<String> paths, Precedence precedence) {
        return database.inTransaction(tx -> {
            Selection all = select(tx, agentId, AgentRows.read(tx, agentId), paths, precedence);
            return new Selection(all.blocks(), renamed(all, paths, precedence), all.leftOut());
        });
    }

    /**
     * Makes what the agent's rows say, which it locks, git's and the ledger's.
     *
     * @param tx has the agent and its line of the ledger locked
     * @return labels that are changed by it
     */
    List<Renamed> takeOver(
            Tx tx, Ledger.Repo repo, MemoryRepository repository, Caller caller, Precedence asked, String message)
            throws IOException {
        String agentId = repo.agentId();
        steps.reached(Steps.Step.LOCKED, agentId);
        tx.blocks().lockRows(agentId);
        AgentRows rows = AgentRows.read(tx, agentId); // a statement of its own: it sees what the locks had to wait for
        Precedence precedence = precedence(repo.appliedSha(), repository, rows.small(), asked);
        Set<String> paths = pathsInGit(repository);
        Selection selection = select(tx, agentId, rows, paths, precedence);
        leaveOut(tx, agentId, selection.leftOut());
        SortedMap<String, Block> blockById = selection.blocks();
        tx.ledger().judgeAtCommit();
        Head before = precedence == Precedence.GIT ? repository.head() : null;
        if (before != null && blockById.isEmpty()) {
            tx.ledger().forgetApplied(agentId);
            tx.ledger().setState(agentId, Ledger.State.ENABLED, null);
            tx.ledger().markInFlight(agentId);
            return List.of(); // all of git is applied next, by whoever gets there
        }
        RepoDelta delta = rowsCommit.make(tx, repo, repository, caller, message, blockById.values(), before);
        LedgerWriter.write(tx, delta);
        tx.ledger().setState(agentId, Ledger.State.ENABLED, null);
        steps.reached(Steps.Step.LEDGER_WRITTEN, agentId);
        Map<String, Ledger.File> files = tx.ledger().files(agentId);
        blockById.forEach((blockId, block) -> {
            Ledger.File file = files.get(block.label().text());
            if (file == null) {
                throw new IllegalStateException("the ledger lacks " + block.label());
            }
            String sha = RowWriter.sha(tx, agentId, blockId, block.label().text(), file.commitSha());
            tx.blockWrites().put(blockId, repo.organizationId(), block, sha, caller.userId());
        });
        steps.reached(Steps.Step.ROWS_WRITTEN, agentId);
        return renamed(selection, paths, precedence);
    }

    /** Where git wins, a row whose new label it does not have goes. */
    private static List<Renamed> renamed(Selection selection, Set<String> pathsInGit, Precedence precedence) {
        return selection.renamed().stream()
                .filter(label -> precedence != Precedence.GIT || isIn(pathsInGit, label.to()))
                .toList();
    }

    /**
     * Rows that carry a commit of a repository of which the ledger knows nothing come from git, and the ledger was lost:
     * they can't be newer than git. (Disabling takes the commits off.)
     */
    private static Precedence precedence(
            @Nullable String appliedSha, MemoryRepository repository, List<BlockRow> rows, Precedence asked) {
        boolean fromGit = asked == Precedence.ROWS
                && appliedSha == null
                && rows.stream()
                        .map(BlockRow::gitSha)
                        .anyMatch(sha -> sha != null && !sha.equals(Reports.PENDING) && repository.hasCommit(sha));
        return fromGit ? Precedence.GIT : asked;
    }

    static Set<String> pathsInGit(MemoryRepository repository) throws IOException {
        Head head = repository.head();
        return head == null ? Set.of() : repository.files(head.sha()).keySet();
    }

    private static Selection select(
            Tx tx, String agentId, AgentRows rows, Set<String> pathsInGit, Precedence precedence) {
        Set<String> gitsAlready = tx
                .agents()
                .enabledOwners(rows.withCommits()) // those of others without one have left it out
                .entrySet()
                .stream()
                .filter(owners -> owners.getValue().stream().anyMatch(owner -> !owner.equals(agentId)))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        Selection selection = Selection.of(
                tx,
                agentId,
                rows,
                // A label that git has stays: somebody chose it there, or another owner's repository has it so.
                row -> gitsAlready.contains(row.id())
                        || precedence == Precedence.ROWS_OVER_OLDER_GIT // it may be git that has lost it
                        || isIn(pathsInGit, row.label()));
        selection.leftOut().stream()
                .filter(block -> gitsAlready.contains(block.blockId()))
                .findFirst()
                .ifPresent(block -> {
                    throw MemoryException.rule(
                            "blocks",
                            "Agent %s was not enabled, nothing was changed: block %s, which an enabled agent has, too: %s"
                                    .formatted(agentId, block.blockId(), block.reason()));
                });
        return selection;
    }

    private static boolean isIn(Set<String> paths, String label) {
        return paths.contains(label + ".md") || paths.contains(label + "/SKILL.md");
    }

    /** Their rows stay as they are and frozen; who looks is told why. */
    private static void leaveOut(Tx tx, String agentId, List<LeftOut> blocks) {
        tx.reports().setLeftOut(agentId, blocks);
        blocks.forEach(block -> tx.blockWrites().setSha(block.blockId(), Reports.PENDING));
    }

    /**
     * A row as a block of git's.
     *
     * @throws RuleViolation if git can't have it
     */
    static Block block(BlockRow row, Label label) {
        if (row.limit() > Integer.MAX_VALUE) {
            throw new RuleViolation(
                    "limit", "limit must be %d characters or fewer, not %d".formatted(Integer.MAX_VALUE, row.limit()));
        }
        int limit = (int) Math.max(row.limit(), Integer.MIN_VALUE);
        return new Block(label, row.value(), row.description(), limit, row.readOnly(), metadata(row.metadata()));
    }

    /** What a metadata column says; NULL is no metadata. */
    static Metadata metadata(@Nullable String json) {
        return json == null ? Metadata.EMPTY : Metadata.of(json);
    }

    /** Whether a metadata column, which may hold what git can't have, says the same as a block of git's. */
    static boolean says(@Nullable String json, Metadata metadata) {
        try {
            return metadata(json).equals(metadata);
        } catch (RuleViolation e) {
            return false;
        }
    }
}
