package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Links between blocks and agents: giving an agent a memory, and taking one away. */
@OnEveryTarget
class LinkTest extends GuardTest {
    LinkTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void refusesANewMemoryOfAnEnabledAgent() throws SQLException {
        Memory memory = world.enabled();
        String block = world.block("system/new");

        Refusal.of("MG001", memory.agent(), "system/new", "a git commit", "none")
                .ends(db, () -> World.link(db.app(), memory.agent(), block, "system/new"));
    }

    @Test
    void refusesANewMemoryThatIsWrittenInOneStatement() throws SQLException {
        Memory memory = world.enabled();

        Refusal.of("MG001", memory.agent(), "system/new", "a git commit", "none")
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "WITH made AS (INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                        + " VALUES (?, 'system/new', 'x', 1, 'org') RETURNING id, label)"
                                        + " INSERT INTO blocks_agents SELECT ?, id, label FROM made",
                                World.unique("block"),
                                memory.agent()));
    }

    @Test
    void allowsANewMemoryThatGitHas() throws SQLException {
        Memory memory = world.enabled();
        String sha = World.newSha();
        World.gitSays(db.sidecar(), memory.agent(), "system/new", sha, "first");
        String block = world.block("system/new");
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "SET CONSTRAINTS ALL DEFERRED");
        run(app, "UPDATE block SET git_sha = ? WHERE id = ?", sha, block);
        World.link(app, memory.agent(), block, "system/new");
        app.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void refusesALinkThatIsMovedToAnotherBlock() throws SQLException {
        Memory memory = world.enabled();
        String block = world.block(memory.label());

        Refusal.noSha(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE blocks_agents SET block_id = ? WHERE agent_id = ?",
                                block,
                                memory.agent()));
    }

    @Test
    void refusesALinkThatIsMovedToAnotherAgent() throws SQLException {
        Memory memory = world.enabled();
        String untagged = world.agent();

        Refusal.removed(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE blocks_agents SET agent_id = ? WHERE agent_id = ?",
                                untagged,
                                memory.agent()));
    }

    @Test
    void refusesALinkThatIsMovedFromAnAgentWithoutTheTag() throws SQLException {
        Memory memory = world.enabled();
        Memory plain = world.remember(world.agent(), "system/plain");

        Refusal.of("MG001", memory.agent(), "system/plain", "a git commit", "none")
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE blocks_agents SET agent_id = ? WHERE agent_id = ?",
                                memory.agent(),
                                plain.agent()));
    }

    @Test
    void refusesTwoAgentsThatSwapTheirMemories() throws SQLException {
        Memory one = world.enabled();
        Memory two = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        // The first step alone leaves agent one with two's block, and nobody with one's.
        Refusal.wrongSha(one, two.sha()).ends(db, () -> {
            run(app, "DELETE FROM blocks_agents WHERE agent_id IN (?, ?)", one.agent(), two.agent());
            World.link(app, one.agent(), two.block(), two.label());
            World.link(app, two.agent(), one.block(), one.label());
            app.commit();
        });
    }

    @Test
    void aLinkMayBeTakenAwayAndPutBackInOneTransaction() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
        World.link(app, memory.agent(), memory.block(), memory.label());
        app.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void refusesARowThatIsRewrittenWhileItsLinkIsAway() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.otherContent(memory).ends(db, () -> {
            run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            World.link(app, memory.agent(), memory.block(), memory.label());
            app.commit();
        });
    }

    @Test
    void aLinkThatComesAndGoesInOneStatementIsNobodysBusiness() throws SQLException {
        Memory memory = world.enabled();
        String block = world.block("system/brief");

        run(
                db.app(),
                "DO $$ BEGIN SET CONSTRAINTS ALL DEFERRED;"
                        + " INSERT INTO blocks_agents VALUES ('" + memory.agent() + "', '" + block
                        + "', 'system/brief');"
                        + " DELETE FROM blocks_agents WHERE block_id = '" + block + "'; END $$");

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void allowsEverythingToAgentsWithoutTheTag() throws SQLException {
        Memory plain = world.plain();
        String other = world.agent();
        assertThat(run(db.app(), "UPDATE blocks_agents SET agent_id = ? WHERE agent_id = ?", other, plain.agent()))
                .isEqualTo(1);
        assertThat(run(db.app(), "DELETE FROM blocks_agents WHERE agent_id = ?", other))
                .isEqualTo(1);
    }

    @Test
    void anAgentWithoutTheTagMayShareAnEnabledAgentsBlock() throws SQLException {
        Memory memory = world.enabled();
        String untagged = world.agent();

        World.link(db.app(), untagged, memory.block(), memory.label());
        run(db.app(), "DELETE FROM blocks_agents WHERE agent_id = ?", untagged);

        assertThat(world.drift(memory.agent())).isEmpty();
    }
}
