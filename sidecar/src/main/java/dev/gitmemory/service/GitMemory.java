package dev.gitmemory.service;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.TransferProgress;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that can be done with agents' memory, over one database and one object storage. Thread-safe. */
public final class GitMemory {

    private final Blocks blocks;
    private final Views views;
    private final Enablement enablement;
    private final RowsImporter rowsImporter;
    private final Sync sync;
    private final AgentImport agentImport;
    private final MemoryImport memoryImport;
    private final Reconciler reconciler;
    private final Compaction compaction;
    private final EnabledAgents enabledAgents;
    private final Restore restore;
    private final Purge purge;
    private final SettledRequests settledRequests;
    private final Steps steps;

    /** @param steps told of every step of every write; {@link Steps#NONE} in service */
    public GitMemory(Database database, MemoryRepositories repositories, Clock clock, Steps steps) {
        Applier applier = new Applier(database.makingWay(), repositories, steps);
        Applier once = new Applier(database.makingWayAtOnce(), repositories, steps);
        ApplyTurns turns = new ApplyTurns(once);
        Announcements announcements = new Announcements(database.makingWayAtOnce(), clock);
        GitFirstWriter writer = new GitFirstWriter(database, repositories, applier, turns, announcements, steps);
        this.enablement = new Enablement(database, repositories, once, steps);
        this.rowsImporter = new RowsImporter(database, repositories, enablement, applier);
        Targets targets = new Targets(database, repositories, enablement, turns);
        GitBlocks git = new GitBlocks(database, writer, steps);
        this.blocks = new Blocks(database, targets, git, new PlainBlocks(database));
        this.restore = new Restore(database, repositories, targets, git);
        this.settledRequests = new SettledRequests(database, repositories, applier);
        this.steps = steps;
        this.views = new Views(database, repositories);
        this.agentImport = new AgentImport(database, enablement, repositories.newPaths());
        this.memoryImport = new MemoryImport(database, repositories, enablement, announcements, applier, clock);
        this.sync = new Sync(database.makingWay(), repositories, applier, steps);
        this.enabledAgents = new EnabledAgents(database);
        this.compaction = new Compaction(database, repositories);
        this.purge = new Purge(database, repositories);
        this.reconciler = new Reconciler(database, repositories, steps, clock);
    }

    public Blocks blocks() {
        return blocks;
    }

    public Views views() {
        return views;
    }

    public Reconciler reconciler() {
        return reconciler;
    }

    public Compaction compaction() {
        return compaction;
    }

    /** Those of git's, to go through all of them. */
    public EnabledAgents enabledAgents() {
        return enabledAgents;
    }

    /**
     * Makes git the source of truth for the agent's blocks; an agent that is git's already stays as it is.
     *
     * @return among other things labels that have changed, and the blocks that can't be files in git: they were left out, and
     *     their rows are frozen
     * @throws MemoryException if there is no such agent, or it can't be taken over; nothing was changed
     */
    public Enabled enable(String agentId, Caller caller) {
        return enable(agentId, caller, Enablement.Precedence.ROWS);
    }

    /**
     * As {@link #enable}, for an agent whose repository is in the object storage already: where its rows differ from
     * that they become a commit, and what git had before wins by another one on top.
     *
     * @throws MemoryException as {@link #enable} does
     */
    public Enabled enableFromGit(String agentId, Caller caller) {
        return enable(agentId, caller, Enablement.Precedence.GIT);
    }

    /**
     * As {@link #enable}, for an agent that is not git's and whose repository has lost commits that PostgreSQL has had:
     * its rows become a commit on top of what is left.
     *
     * @throws MemoryException as {@link #enable} does
     */
    public Enabled enableOverOlderGit(String agentId, Caller caller) {
        return enable(agentId, caller, Enablement.Precedence.ROWS_OVER_OLDER_GIT);
    }

    private Enabled enable(String agentId, Caller caller, Enablement.Precedence precedence) {
        List<Renamed> renamed = enablement.enable(agentId, caller, precedence);
        return new Enabled(views.status(agentId), renamed);
    }

    /**
     * Says what enabling would do, and changes nothing.
     *
     * @param fromGit as {@link #enableFromGit} would
     * @param overOlderGit as {@link #enableOverOlderGit} would
     * @throws MemoryException if it could not be done
     */
    public EnablePreview previewEnable(String agentId, boolean fromGit, boolean overOlderGit) {
        Enablement.Precedence older =
                overOlderGit ? Enablement.Precedence.ROWS_OVER_OLDER_GIT : Enablement.Precedence.ROWS;
        return enablement.preview(agentId, fromGit ? Enablement.Precedence.GIT : older);
    }

    /**
     * Makes the rows of an agent of git's a commit on top of what is left, where the object storage has lost commits that
     * the rows came from. Where git has everything, nothing happens.
     *
     * @param dryRun whether only to say what would be done
     * @throws MemoryException if there is no such agent, it is not git's, or its rows can't be committed; nothing was
     *     changed
     */
    public RowsImport importRows(String agentId, Caller caller, boolean dryRun) {
        return rowsImporter.run(agentId, caller, dryRun);
    }

    /**
     * Brings memory from outside into an agent's repository and into PostgreSQL, or says what that would do. An agent
     * that is not git's yet becomes git's.
     *
     * @throws MemoryException if there is no such agent, or PostgreSQL can't follow
     * @throws ImportRejectedException if files can't be memory; nothing was changed
     * @throws dev.gitmemory.repo.TransferException if the source can't be read; nothing was changed
     * @throws IOException if the object storage fails; the message says what was written
     */
    public ImportReport importMemory(String agentId, ImportRequest request, Caller caller, TransferProgress progress)
            throws IOException {
        return memoryImport.run(agentId, request, caller, progress);
    }

    /**
     * Creates the agents of an Agent File under new ids, with their blocks and links, and enables them. Blocks that git
     * can't have are left out of it: {@link Views#status} names them.
     *
     * @param organizationId created if there is none
     * @return where each agent stands after it, in the order of the file
     * @throws MemoryException if PostgreSQL can't have a label, or labels may not come anew; nothing was created
     */
    public List<Enabled> importAgents(AgentFile file, String organizationId, Caller caller) {
        List<Enabled> agents = new ArrayList<>();
        agentImport
                .run(file, organizationId, caller)
                .forEach((id, renamed) -> agents.add(new Enabled(views.status(id), renamed)));
        return agents;
    }

    /** Gives the agent's blocks back to PostgreSQL alone; the repository stays. */
    public Views.Status disable(String agentId) {
        disable(agentId, null);
        return views.status(agentId);
    }

    /** The same by a request that must take effect once. */
    void disable(String agentId, @Nullable Once once) {
        enablement.disable(agentId, once);
    }

    /**
     * Removes an agent's repository and all that the ledger knows of it, for good. Its rows stay as they are, and the
     * agent can't be enabled ever again. May be repeated.
     *
     * @param organizationId whose repository it is, where PostgreSQL knows nothing of the agent; null for what it knows
     * @param roleName who asks for it
     * @throws MemoryException if nobody knows of the agent or it has no repository, if it is enabled, or if the object
     *     storage fails: then the rest is done as soon as it can be
     */
    public Tombstone purge(String agentId, @Nullable String organizationId, String roleName) {
        return purge.run(agentId, organizationId, roleName);
    }

    /**
     * Makes a block what it was at a commit, by a new commit; one that is gone comes back, as a new row.
     *
     * @param revision as {@link Views#blockAt} takes it
     */
    public Written restore(String agentId, Label label, String revision, Caller caller) {
        return restore.block(agentId, label, revision, caller);
    }

    /**
     * Makes all of an agent's blocks what they were at a commit, by a new commit; blocks that were not there go.
     *
     * @return whether PostgreSQL still has to follow
     */
    public boolean restore(String agentId, String revision, Caller caller) {
        return restore.all(agentId, revision, caller).pending();
    }

    SettledRequests settledRequests() {
        return settledRequests;
    }

    Steps steps() {
        return steps;
    }

    /**
     * Rebuilds the agent's ledger and rows from git, removals included.
     *
     * @return what differed before
     */
    public List<Difference> sync(String agentId) {
        return sync.sync(agentId);
    }

    /** Says what {@link #sync} would do, and changes nothing. */
    public List<Difference> dryRun(String agentId) {
        return sync.dryRun(agentId);
    }

    /** Compares the agent's rows with git without changing anything. */
    public List<Difference> verify(String agentId) {
        return sync.verify(agentId);
    }
}
