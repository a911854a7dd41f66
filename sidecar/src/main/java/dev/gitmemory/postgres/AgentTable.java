package dev.gitmemory.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/** The application's agents, their tags and their links to blocks. */
public final class AgentTable {

    /** The tag that hands an agent's blocks to git. */
    public static final String TAG = "git-memory-enabled";

    private final Handle handle;

    AgentTable(Handle handle) {
        this.handle = handle;
    }

    /** An agent of the application. */
    public record Agent(
            String id, String organizationId, @Nullable String name) {}

    /**
     * A block under the label that an agent knows it by.
     *
     * @param leftOut whether git can't have it, and it was left out when the agent was taken over
     */
    public record Link(String label, String blockId, boolean leftOut) {}

    /**
     * An agent that has the tag.
     *
     * @param organizationId what the application says
     * @param repositoryOrganizationId what the ledger says of its repository, which is there; else what the application says
     * @param takenOver whether the ledger has taken it over
     * @param appliedSeq the log entry that its rows equal, 0 before the first: the log can't end before it
     * @param appliedSha the commit that its rows equal, null before the first: the log must have it
     */
    public record Owner(
            String agentId,
            String organizationId,
            String repositoryOrganizationId,
            boolean takenOver,
            long appliedSeq,
            @Nullable String appliedSha) {}

    public Optional<Agent> find(String agentId) {
        return handle.createQuery("SELECT id::text, organization_id::text, name::text FROM <agents> "
                        + "WHERE id = :id AND texteq(id COLLATE \"C\", :id)")
                .bind("id", agentId)
                .map(ConstructorMapper.of(Agent.class))
                .findOne();
    }

    /** Locks the agent's row: until this transaction ends, nobody links a block to it and nobody deletes it. */
    public Optional<Agent> lock(String agentId) {
        return handle.createQuery("SELECT id::text, organization_id::text, name::text FROM <agents> "
                        + "WHERE id = :id AND texteq(id COLLATE \"C\", :id) FOR UPDATE")
                .bind("id", agentId)
                .map(ConstructorMapper.of(Agent.class))
                .findOne();
    }

    public boolean hasTag(String agentId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM <agents_tags> "
                        + "WHERE agent_id = :id AND texteq(agent_id COLLATE \"C\", :id) "
                        + "AND tag = :tag AND texteq(tag COLLATE \"C\", :tag))")
                .bind("id", agentId)
                .bind("tag", TAG)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Keeps the tag from being removed until this transaction ends. Waits for nobody: who removes a tag may wait for this
     * transaction at its end.
     *
     * @return false where there is no tag, or another transaction is about to remove it
     */
    public boolean holdTag(String agentId) {
        return lockTag(agentId, "FOR KEY SHARE SKIP LOCKED");
    }

    /**
     * Waits until nobody is about to remove the tag; for transactions that hold nothing else. Returns whether it is there
     * then.
     */
    public boolean awaitTag(String agentId) {
        return lockTag(agentId, "FOR KEY SHARE");
    }

    private boolean lockTag(String agentId, String lock) {
        return handle.createQuery("SELECT true FROM <agents_tags> "
                        + "WHERE agent_id = :id AND texteq(agent_id COLLATE \"C\", :id) "
                        + "AND tag = :tag AND texteq(tag COLLATE \"C\", :tag) "
                        + lock)
                .bind("id", agentId)
                .bind("tag", TAG)
                .mapTo(Boolean.class)
                .findFirst()
                .isPresent();
    }

    /** Gives the agent a tag unless it has it. */
    public void addTag(String agentId, String tag) {
        int added = handle.createUpdate(
                        "INSERT INTO <agents_tags> (agent_id, tag) VALUES (:id, :tag) ON CONFLICT DO NOTHING")
                .bind("id", agentId)
                .bind("tag", tag)
                .execute();
        if (added == 0 && tag.equals(TAG) && !hasTag(agentId)) {
            throw new ConstraintException(
                    null,
                    ("agent \"%s\" did not get the tag \"%s\": the collation of the column takes another tag for"
                                    + " this one, or a trigger of the application's keeps it away")
                            .formatted(agentId, tag),
                    null);
        }
    }

    /** Removes the tag, by which the guard's trigger disables the agent. Returns whether it was there. */
    public boolean removeTag(String agentId) {
        return handle.createUpdate("DELETE FROM <agents_tags> "
                                + "WHERE agent_id = :id AND texteq(agent_id COLLATE \"C\", :id) "
                                + "AND tag = :tag AND texteq(tag COLLATE \"C\", :tag)")
                        .bind("id", agentId)
                        .bind("tag", TAG)
                        .execute()
                > 0;
    }

    /** Every agent that has the tag and that the ledger has not taken over, by id. */
    public List<String> taggedButNotTakenOver() {
        return handle.createQuery("""
                        SELECT t.agent_id::text
                          FROM <agents_tags> t
                          LEFT JOIN git_memory.repo r ON r.agent_id = t.agent_id
                             AND texteq(t.agent_id COLLATE "C", r.agent_id)
                         WHERE t.tag = :tag AND texteq(t.tag COLLATE "C", :tag)
                           AND r.state IS DISTINCT FROM 'enabled'
                           AND NOT EXISTS (SELECT
                                             FROM git_memory.tombstone p
                                            WHERE p.agent_id = t.agent_id
                                              AND texteq(t.agent_id COLLATE "C", p.agent_id))
                         ORDER BY t.agent_id COLLATE "C"
                        """).bind("tag", TAG).mapTo(String.class).list();
    }

    /** Every agent that the ledger has taken over and whose tag is gone, by id: nobody told the ledger. */
    public List<String> takenOverButNotTagged() {
        return handle.createQuery("""
                        SELECT r.agent_id
                          FROM git_memory.repo r
                         WHERE r.state = 'enabled'
                           AND NOT EXISTS (SELECT
                                             FROM <agents_tags> t
                                            WHERE t.agent_id = r.agent_id AND texteq(t.agent_id COLLATE "C", r.agent_id)
                                              AND t.tag = :tag AND texteq(t.tag COLLATE "C", :tag))
                         ORDER BY r.agent_id
                        """).bind("tag", TAG).mapTo(String.class).list();
    }

    /**
     * Disables an agent that does not have the tag, as removing the tag does. Returns false, and does nothing, if it has
     * the tag.
     */
    public boolean letGo(String agentId) {
        return handle.createQuery("SELECT git_memory.let_go(:agent)")
                .bind("agent", agentId)
                .mapTo(Boolean.class)
                .one();
    }

    /** The agent's links, by label. */
    public List<Link> links(String agentId) {
        return handle.createQuery("""
                        SELECT l.block_label::text AS label,
                               l.block_id::text AS block_id,
                               EXISTS (SELECT
                                         FROM git_memory.left_out_block o
                                        WHERE o.agent_id = l.agent_id AND texteq(l.agent_id COLLATE "C", o.agent_id)
                                          AND o.block_id = l.block_id AND texteq(l.block_id COLLATE "C", o.block_id)) AS left_out
                          FROM <blocks_agents> l
                         WHERE l.agent_id = :id AND texteq(l.agent_id COLLATE "C", :id)
                         ORDER BY l.block_label COLLATE "C"
                        """)
                .bind("id", agentId)
                .map(ConstructorMapper.of(Link.class))
                .list();
    }

    /** The agent as an owner, if it has the tag. */
    public Optional<Owner> owner(String agentId) {
        return handle.createQuery("""
                        SELECT a.id::text AS agent_id,
                               a.organization_id::text AS organization_id,
                               CASE WHEN %s THEN r.organization_id ELSE a.organization_id::text END
                                   AS repository_organization_id,
                               coalesce(r.state = 'enabled', false) AS taken_over,
                               coalesce(r.applied_seq, 0) AS applied_seq,
                               r.applied_sha
                          FROM <agents> a
                          JOIN <agents_tags> t ON t.agent_id = a.id
                             AND texteq(t.agent_id COLLATE "C", a.id)
                             AND t.tag = :tag
                             AND texteq(t.tag COLLATE "C", :tag)
                          LEFT JOIN git_memory.repo r ON r.agent_id = a.id AND texteq(a.id COLLATE "C", r.agent_id)
                         WHERE a.id = :agent AND texteq(a.id COLLATE "C", :agent)
                        """.formatted(Ledger.HAS_REPOSITORY))
                .bind("tag", TAG)
                .bind("agent", agentId)
                .map(ConstructorMapper.of(Owner.class))
                .findOne();
    }

    /** The agents with the tag that are linked to a block, by id. */
    public List<Owner> owners(String blockId) {
        return handle.createQuery("""
                        SELECT a.id::text AS agent_id,
                               a.organization_id::text AS organization_id,
                               CASE WHEN %s THEN r.organization_id ELSE a.organization_id::text END
                                   AS repository_organization_id,
                               coalesce(r.state = 'enabled', false) AS taken_over,
                               coalesce(r.applied_seq, 0) AS applied_seq,
                               r.applied_sha
                          FROM <blocks_agents> l
                          JOIN <agents_tags> t ON t.agent_id = l.agent_id
                             AND texteq(t.agent_id COLLATE "C", l.agent_id)
                             AND t.tag = :tag
                             AND texteq(t.tag COLLATE "C", :tag)
                          JOIN <agents> a ON a.id = l.agent_id AND texteq(a.id COLLATE "C", l.agent_id)
                          LEFT JOIN git_memory.repo r ON r.agent_id = l.agent_id
                             AND texteq(l.agent_id COLLATE "C", r.agent_id)
                         WHERE l.block_id = :block AND texteq(l.block_id COLLATE "C", :block)
                         ORDER BY a.id COLLATE "C"
                        """.formatted(Ledger.HAS_REPOSITORY))
                .bind("tag", TAG)
                .bind("block", blockId)
                .map(ConstructorMapper.of(Owner.class))
                .list();
    }

    /** The agents that the ledger has taken over among those linked to each of the blocks, by id. */
    public Map<String, List<String>> enabledOwners(Collection<String> blockIds) {
        Map<String, List<String>> owners = new HashMap<>();
        handle.createQuery("""
                        SELECT l.block_id::text, l.agent_id::text
                          FROM <blocks_agents> l
                          JOIN git_memory.repo r ON r.agent_id = l.agent_id
                             AND texteq(l.agent_id COLLATE "C", r.agent_id)
                             AND r.state = 'enabled'
                         WHERE l.block_id = ANY (:blocks)
                         ORDER BY l.agent_id COLLATE "C"
                        """)
                .bindArray("blocks", String.class, blockIds)
                .map((r, context) -> Map.entry(r.getString(1), r.getString(2)))
                .forEach(e -> owners.computeIfAbsent(e.getKey(), k -> new ArrayList<>())
                        .add(e.getValue()));
        return owners;
    }

    /** The agents of any kind that are linked to a block, by id. */
    public List<Agent> ofBlock(String blockId, Page page) {
        return page.inOrder(handle.createQuery("""
                        SELECT a.id::text, a.organization_id::text, a.name::text
                          FROM <agents> a
                          JOIN <blocks_agents> l ON l.agent_id = a.id AND texteq(l.agent_id COLLATE "C", a.id)
                         WHERE l.block_id = :block AND texteq(l.block_id COLLATE "C", :block)
                           AND (CAST(:after AS text) IS NULL OR a.id COLLATE "C" \\%1$s :after)
                           AND (CAST(:before AS text) IS NULL OR a.id COLLATE "C" \\%2$s :before)
                         ORDER BY a.id COLLATE "C" %3$s
                         LIMIT :limit
                        """.formatted(page.behind(), page.ahead(), page.direction()))
                .bind("block", blockId)
                .bind("after", page.after())
                .bind("before", page.before())
                .bind("limit", page.limit())
                .map(ConstructorMapper.of(Agent.class))
                .list());
    }

    /** The agents of any kind that are linked to a block. */
    public List<String> linked(String blockId) {
        return handle.createQuery("SELECT agent_id::text FROM <blocks_agents> "
                        + "WHERE block_id = :block AND texteq(block_id COLLATE \"C\", :block)")
                .bind("block", blockId)
                .mapTo(String.class)
                .list();
    }

    /** How many agents of any kind are linked to a block besides one. */
    public int otherLinks(String blockId, String exceptAgentId) {
        return handle.createQuery("""
                        SELECT count(*)
                          FROM <blocks_agents>
                         WHERE block_id = :block AND texteq(block_id COLLATE "C", :block)
                           AND agent_id COLLATE "C" \\<> :agent
                        """)
                .bind("block", blockId)
                .bind("agent", exceptAgentId)
                .mapTo(Integer.class)
                .one();
    }

    /**
     * An agent that has a label already.
     *
     * @param mayBeNamed whether all agents that share the block are of its organisation: only then may they hear of it
     */
    public record LabelTaken(String agentId, boolean mayBeNamed) {}

    /** An agent that has the block and, under this label, another one: renaming the block would collide with that. */
    public Optional<LabelTaken> labelTaken(String blockId, String label) {
        return handle.createQuery("""
                        SELECT other.agent_id::text AS agent_id,
                               NOT EXISTS (SELECT
                                             FROM <blocks_agents> l
                                             JOIN <agents> sharing ON sharing.id = l.agent_id
                                                AND texteq(sharing.id COLLATE "C", l.agent_id)
                                             JOIN <agents> named ON named.id = other.agent_id
                                                AND texteq(named.id COLLATE "C", other.agent_id)
                                            WHERE l.block_id = :block AND texteq(l.block_id COLLATE "C", :block)
                                              AND sharing.organization_id \\<> named.organization_id) AS may_be_named
                          FROM <blocks_agents> own
                          JOIN <blocks_agents> other ON other.agent_id = own.agent_id
                             AND texteq(other.agent_id COLLATE "C", own.agent_id)
                             AND other.block_label = :label
                             AND texteq(other.block_label COLLATE "C", :label)
                         WHERE own.block_id = :block AND texteq(own.block_id COLLATE "C", :block)
                           AND other.block_id COLLATE "C" \\<> :block
                         LIMIT 1
                        """)
                .bind("block", blockId)
                .bind("label", label)
                .map(ConstructorMapper.of(LabelTaken.class))
                .findOne();
    }

    /** Links a block to an agent, which must know it by the row's label. */
    public void link(String agentId, String label, String blockId) {
        int rows = handle.createUpdate("""
                        INSERT INTO <blocks_agents> (agent_id, block_id, block_label)
                        VALUES (:agent, :block, :label)
                        """)
                .bind("agent", agentId)
                .bind("block", blockId)
                .bind("label", label)
                .execute();
        if (rows != 1) {
            throw notChanged(agentId, blockId);
        }
    }

    /** Removes the link of an agent to a block, if it is there. */
    public void unlink(String agentId, String blockId) {
        int rows = handle.createUpdate("DELETE FROM <blocks_agents> "
                        + "WHERE agent_id = :agent AND texteq(agent_id COLLATE \"C\", :agent) "
                        + "AND block_id = :block AND texteq(block_id COLLATE \"C\", :block)")
                .bind("agent", agentId)
                .bind("block", blockId)
                .execute();
        if (rows == 0 && isLinked(agentId, blockId)) {
            throw notChanged(agentId, blockId);
        }
    }

    public boolean isLinked(String agentId, String blockId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM <blocks_agents> "
                        + "WHERE agent_id = :agent AND texteq(agent_id COLLATE \"C\", :agent) "
                        + "AND block_id = :block AND texteq(block_id COLLATE \"C\", :block))")
                .bind("agent", agentId)
                .bind("block", blockId)
                .mapTo(Boolean.class)
                .one();
    }

    private static ConstraintException notChanged(String agentId, String blockId) {
        return ConstraintException.notChanged("the link of agent %s to block %s".formatted(agentId, blockId));
    }

    /** Creates the organisation unless it is there. */
    public void ensureOrganization(String id, String name) {
        handle.createUpdate("INSERT INTO <organizations> (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING")
                .bind("id", id)
                .bind("name", name)
                .execute();
    }

    /** Creates an agent. */
    public void insert(Agent agent, @Nullable String agentType, @Nullable String description, @Nullable String system) {
        handle.createUpdate("""
                        INSERT INTO <agents> (id, organization_id, name, agent_type, description, system)
                        VALUES (:id, :organization, :name, :type, :description, :system)
                        """)
                .bind("id", agent.id())
                .bind("organization", agent.organizationId())
                .bind("name", agent.name())
                .bind("type", agentType)
                .bind("description", description)
                .bind("system", system)
                .execute();
    }
}
