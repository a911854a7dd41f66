package dev.gitmemory.postgres;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL knows of git: per agent its repository and what its head holds under each label. */
public final class Ledger {

    private static final String REPO = """
            SELECT agent_id, organization_id, state, head_sha, head_seq, applied_sha, applied_seq, entries, commits,
                   in_flight_at, last_error, reading
              FROM git_memory.repo
            """;

    /** Whether git has something of the agent whose row is {@code r}, as far as PostgreSQL knows: its line is no mere mark. */
    static final String HAS_REPOSITORY = "(r.state = 'enabled' OR r.head_sha IS NOT NULL)";

    private final Handle handle;

    Ledger(Handle handle) {
        this.handle = handle;
    }

    /** Where an agent stands. That an enabled one can't follow git is shown as {@code failed}, and is no state. */
    public enum State {
        PENDING,
        ENABLED,
        DISABLED;

        /** As the ledger and the interfaces spell it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * An agent's repository.
     *
     * @param headSha the newest commit that PostgreSQL has heard of, null before the first
     * @param headSeq the log entry that holds it
     * @param appliedSha the commit that the rows equal
     * @param appliedSeq the log entry that holds it; 0 before the first
     * @param entries entries of the log
     * @param commits commits of the history
     * @param inFlightAt when a writer last announced that it was about to commit; null when none did
     * @param reading the edition of the rules by which the files were read: {@link BlockMarkdown#READING}
     */
    public record Repo(
            String agentId,
            String organizationId,
            String state,
            @Nullable String headSha,
            long headSeq,
            @Nullable String appliedSha,
            long appliedSeq,
            long entries,
            long commits,
            @Nullable Instant inFlightAt,
            @Nullable String lastError,
            int reading) {

        public boolean isEnabled() {
            return state.equals(State.ENABLED.text());
        }

        /** Whether the ledger says what files meant by an earlier edition of the rules. */
        public boolean isReadOtherwise() {
            return reading < BlockMarkdown.READING;
        }
    }

    /** What git's head says of a label. */
    public record File(String label, String commitSha, String digest) {}

    /** How far PostgreSQL has got. */
    public record Position(String sha, long seq, long entries, long commits) {}

    public Optional<Repo> repo(String agentId) {
        return handle.createQuery(REPO + "WHERE agent_id = :agent")
                .bind("agent", agentId)
                .map(ConstructorMapper.of(Repo.class))
                .findOne();
    }

    /**
     * The organisation that the agent's repository is of, whatever the application says since; empty while git has nothing
     * of the agent.
     */
    public Optional<String> organization(String agentId) {
        return handle.createQuery("SELECT r.organization_id FROM git_memory.repo r WHERE r.agent_id = :agent AND "
                        + HAS_REPOSITORY)
                .bind("agent", agentId)
                .mapTo(String.class)
                .findOne();
    }

    /** All repositories, by agent. */
    public List<Repo> repos() {
        return handle.createQuery(REPO + "ORDER BY agent_id COLLATE \"C\"")
                .map(ConstructorMapper.of(Repo.class))
                .list();
    }

    /** How many agents are enabled. */
    public long countEnabled() {
        return handle.createQuery("SELECT count(*) FROM git_memory.repo WHERE state = 'enabled'")
                .mapTo(Long.class)
                .one();
    }

    /** The next enabled agents after one, by id; "" for the first. */
    public List<String> enabledAfter(String agentId, int limit) {
        return handle.createQuery("""
                        SELECT agent_id
                          FROM git_memory.repo
                         WHERE state = 'enabled'
                           AND agent_id COLLATE "C" > :after
                         ORDER BY agent_id COLLATE "C"
                         LIMIT :limit
                        """)
                .bind("after", agentId)
                .bind("limit", limit)
                .mapTo(String.class)
                .list();
    }

    /** The repositories of the next enabled agents after one, by id; "" for the first. */
    public List<Repo> enabledReposAfter(String agentId, int limit) {
        return handle.createQuery(REPO + """
                         WHERE state = 'enabled'
                           AND agent_id COLLATE "C" > :after
                         ORDER BY agent_id COLLATE "C"
                         LIMIT :limit
                        """)
                .bind("after", agentId)
                .bind("limit", limit)
                .map(ConstructorMapper.of(Repo.class))
                .list();
    }

    /** Agents whose writers announced a commit and have not taken that back, by id. */
    public List<Repo> inFlight() {
        return handle.createQuery(REPO + "WHERE in_flight_at IS NOT NULL ORDER BY agent_id COLLATE \"C\"")
                .map(ConstructorMapper.of(Repo.class))
                .list();
    }

    /** Enabled agents whose files were read by an earlier edition of the rules, by id. */
    public List<Repo> readOtherwise(int limit) {
        return handle.createQuery(
                        REPO
                                + "WHERE state = 'enabled' AND reading \\< :reading ORDER BY agent_id COLLATE \"C\" LIMIT :limit")
                .bind("reading", BlockMarkdown.READING)
                .bind("limit", limit)
                .map(ConstructorMapper.of(Repo.class))
                .list();
    }

    /** Enabled agents that are shown as failed, by id. */
    public List<String> failed(int limit) {
        return handle.createQuery("""
                        SELECT agent_id
                          FROM git_memory.repo
                         WHERE state = 'enabled'
                           AND last_error IS NOT NULL
                         ORDER BY agent_id COLLATE "C"
                         LIMIT :limit
                        """).bind("limit", limit).mapTo(String.class).list();
    }

    /** Locks the repositories' rows until the end of the transaction, always in the same order. */
    public Map<String, Repo> lock(Collection<String> agentIds) {
        return handle
                .createQuery(REPO + "WHERE agent_id = ANY (:agents) ORDER BY agent_id COLLATE \"C\" FOR UPDATE")
                .bindArray("agents", String.class, agentIds)
                .map(ConstructorMapper.of(Repo.class))
                .stream()
                .collect(Collectors.toMap(Repo::agentId, Function.identity()));
    }

    /**
     * Lets the guard judge this transaction at its end and not statement by statement: a transaction that brings
     * several rows and links to git's state passes through states that are not git's.
     */
    public void judgeAtCommit() {
        handle.execute("SET CONSTRAINTS ALL DEFERRED");
    }

    /** Makes sure that the agent has a row, and locks it. Its organisation stays from where git has something of the agent. */
    public Repo register(String agentId, String organizationId) {
        handle.createUpdate("""
                        INSERT INTO git_memory.repo AS r (agent_id, organization_id, state)
                        VALUES (:agent, :organization, 'pending')
                            ON CONFLICT (agent_id)
                            DO UPDATE SET organization_id = EXCLUDED.organization_id
                                    WHERE NOT
                        """ + HAS_REPOSITORY)
                .bind("agent", agentId)
                .bind("organization", organizationId)
                .execute();
        return Objects.requireNonNull(lock(List.of(agentId)).get(agentId));
    }

    public void setState(String agentId, State state, @Nullable String lastError) {
        handle.createUpdate("""
                        UPDATE git_memory.repo
                           SET state = :state,
                               last_error = :error,
                               enabled_at = CASE WHEN :state = 'enabled' THEN now() ELSE enabled_at END,
                               updated_at = now()
                         WHERE agent_id = :agent
                        """)
                .bind("agent", agentId)
                .bind("state", state.text())
                .bind("error", lastError)
                .execute();
    }

    /** Keeps why PostgreSQL could not follow git, for {@code status}; null when it follows again. */
    public void setError(String agentId, @Nullable String lastError) {
        handle.createUpdate("""
                        UPDATE git_memory.repo
                           SET last_error = :error
                         WHERE agent_id = :agent
                           AND last_error IS DISTINCT FROM :error
                        """).bind("agent", agentId).bind("error", lastError).execute();
    }

    /** Announces that a writer is about to commit, so that any sidecar will look after it. Returns false without a repo. */
    public boolean markInFlight(String agentId) {
        return handle.createUpdate("UPDATE git_memory.repo SET in_flight_at = now() WHERE agent_id = :agent")
                        .bind("agent", agentId)
                        .execute()
                > 0;
    }

    /** Takes the announcement back, unless it was renewed after {@code seenAt}. */
    public void clearInFlight(String agentId, Instant seenAt) {
        handle.createUpdate("""
                        UPDATE git_memory.repo
                           SET in_flight_at = NULL
                         WHERE agent_id = :agent
                           AND in_flight_at \\<= :seen
                        """).bind("agent", agentId).bind("seen", seenAt).execute();
    }

    /** Takes every announcement back. */
    public void forgetInFlight(String agentId) {
        handle.createUpdate("UPDATE git_memory.repo SET in_flight_at = NULL WHERE agent_id = :agent")
                .bind("agent", agentId)
                .execute();
    }

    /** Records how far the rows have come; they were read by {@link BlockMarkdown#READING}. */
    public void setApplied(String agentId, Position position) {
        handle.createUpdate("""
                        UPDATE git_memory.repo
                           SET head_sha = :sha,
                               head_seq = :seq,
                               applied_sha = :sha,
                               applied_seq = :seq,
                               entries = :entries,
                               commits = :commits,
                               reading = greatest(reading, :reading),
                               last_error = NULL,
                               updated_at = now()
                         WHERE agent_id = :agent
                        """)
                .bind("agent", agentId)
                .bind("sha", position.sha())
                .bind("seq", position.seq())
                .bind("entries", position.entries())
                .bind("commits", position.commits())
                .bind("reading", BlockMarkdown.READING)
                .execute();
    }

    /** Forgets how far the rows have come, so that applying begins with the first commit. */
    public void forgetApplied(String agentId) {
        handle.createUpdate("DELETE FROM git_memory.file WHERE agent_id = :agent")
                .bind("agent", agentId)
                .execute();
        handle.createUpdate("""
                        UPDATE git_memory.repo
                           SET applied_sha = NULL,
                               applied_seq = 0
                         WHERE agent_id = :agent
                        """).bind("agent", agentId).execute();
    }

    /** What the ledger says of each label, by label. */
    public Map<String, File> files(String agentId) {
        return handle
                .createQuery("SELECT label, commit_sha, digest FROM git_memory.file WHERE agent_id = :agent")
                .bind("agent", agentId)
                .map(ConstructorMapper.of(File.class))
                .stream()
                .collect(Collectors.toMap(File::label, Function.identity()));
    }

    /** Records that git's head holds {@code block} since {@code commitSha}. */
    public void putFile(String agentId, Block block, String commitSha) {
        handle.createUpdate("""
                        INSERT INTO git_memory.file (agent_id, label, commit_sha, digest)
                        VALUES (:agent, :label, :sha,
                                git_memory.digest(:value, :description, :limit, :read_only, CAST(:metadata AS json)))
                            ON CONFLICT (agent_id, label)
                            DO UPDATE SET commit_sha = EXCLUDED.commit_sha,
                                          digest = EXCLUDED.digest
                        """)
                .bind("agent", agentId)
                .bind("label", block.label().text())
                .bind("sha", commitSha)
                .bind("value", block.value())
                .bind("description", block.description())
                .bind("limit", block.limit())
                .bind("read_only", block.readOnly())
                .bind("metadata", json(block))
                .execute();
    }

    public void removeFile(String agentId, String label) {
        handle.createUpdate("DELETE FROM git_memory.file WHERE agent_id = :agent AND label = :label")
                .bind("agent", agentId)
                .bind("label", label)
                .execute();
    }

    /** Whether rows of the agent are not what the ledger says, or are missing; what was left out does not count. */
    public boolean hasDrift(String agentId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM git_memory.drift_of(:agent))")
                .bind("agent", agentId)
                .mapTo(Boolean.class)
                .one();
    }

    /** The digest of each row that the agent is linked to, by label: what the guard would compute. */
    public Map<String, String> rowDigests(String agentId) {
        return handle.createQuery("""
                        SELECT l.block_label::text AS label,
                               coalesce(b.git_sha, '') AS commit_sha,
                               git_memory.digest_seen(b.value, b.description, b."limit", b.read_only,
                                                      b.metadata_::json) AS digest
                          FROM <blocks_agents> l
                          JOIN <block> b ON b.id = l.block_id AND texteq(b.id COLLATE "C", l.block_id)
                         WHERE l.agent_id = :agent AND texteq(l.agent_id COLLATE "C", :agent)
                        """).bind("agent", agentId).map(ConstructorMapper.of(File.class)).stream()
                .collect(Collectors.toMap(File::label, File::digest));
    }

    /** The digest of a block as PostgreSQL computes it. */
    public String digest(Block block) {
        return handle.createQuery("""
                        SELECT git_memory.digest(:value, :description, :limit, :read_only, CAST(:metadata AS json))
                        """)
                .bind("value", block.value())
                .bind("description", block.description())
                .bind("limit", block.limit())
                .bind("read_only", block.readOnly())
                .bind("metadata", json(block))
                .mapTo(String.class)
                .one();
    }

    /** A block's metadata as the column stores it: no metadata is NULL. */
    static @Nullable String json(Block block) {
        return block.metadata().isEmpty() ? null : block.metadata().json();
    }
}
