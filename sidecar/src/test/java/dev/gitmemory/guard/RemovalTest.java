package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Removing memory: never behind git's back, always with the whole agent. */
@OnEveryTarget
class RemovalTest extends GuardTest {
    RemovalTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void refusesToDeleteABlockThatGitHas() throws SQLException {
        Memory memory = world.enabled();

        Refusal.removed(memory).ends(db, () -> run(db.app(), "DELETE FROM block WHERE id = ?", memory.block()));
    }

    @Test
    void refusesToDeleteALinkThatGitHas() throws SQLException {
        Memory memory = world.enabled();

        Refusal.removed(memory)
                .ends(db, () -> run(db.app(), "DELETE FROM blocks_agents WHERE block_id = ?", memory.block()));
    }

    @Test
    void refusesWithTheStatementIfConstraintsAreImmediate() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.removed(memory).ends(db, () -> {
            run(app, "SET CONSTRAINTS ALL IMMEDIATE");
            run(app, "DELETE FROM block WHERE id = ?", memory.block());
        });
    }

    @Test
    void refusesToDeleteManyIfGitHasOne() throws SQLException {
        Memory plain = world.plain();
        Memory memory = world.enabled();

        Refusal.removed(memory)
                .ends(db, () -> run(db.app(), "DELETE FROM block WHERE id IN (?, ?)", plain.block(), memory.block()));
    }

    @Test
    void refusesToReplaceABlockByAnotherWithTheSameLabel() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.noSha(memory).ends(db, () -> {
            run(app, "DELETE FROM block WHERE id = ?", memory.block());
            World.remember(app, memory.agent(), memory.label());
            app.commit();
        });
    }

    @Test
    void anIdenticalBlockMayTakeItsPlace() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "SET CONSTRAINTS ALL DEFERRED"); // between the link and the commit on the row nothing is right
        run(app, "DELETE FROM block WHERE id = ?", memory.block());
        String block = World.block(app, memory.label());
        World.link(app, memory.agent(), block, memory.label());
        run(app, "UPDATE block SET git_sha = ? WHERE id = ?", memory.sha(), block);
        app.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void whatGitHasNoMoreMayGo() throws SQLException {
        Memory memory = world.enabled();
        run(db.sidecar(), "DELETE FROM git_memory.file WHERE agent_id = ?", memory.agent());

        run(db.app(), "DELETE FROM block WHERE id = ?", memory.block());

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void aSavepointTakesTheRemovalBack() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "SAVEPOINT before");
        run(app, "DELETE FROM block WHERE id = ?", memory.block());
        run(app, "ROLLBACK TO before");
        app.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void aWholeAgentMayGoInAnyOrder() throws SQLException {
        String tag = "DELETE FROM agents_tags WHERE agent_id = ?";
        String links = "DELETE FROM blocks_agents WHERE agent_id = ?";
        String blocks = "DELETE FROM block WHERE id IN (SELECT block_id FROM blocks_agents WHERE agent_id = ?)";
        String agent = "DELETE FROM agents WHERE id = ?";
        for (List<String> order : List.of(
                List.of(tag, blocks, agent),
                List.of(blocks, tag, agent),
                List.of(links, tag, agent),
                List.of(tag, agent),
                List.of(blocks, links, tag, agent))) {
            Memory memory = world.enabled();
            Connection app = db.app();
            app.setAutoCommit(false);
            for (String statement : order) {
                run(app, statement, memory.agent());
            }
            app.commit();

            assertThat(world.state(memory.agent())).isEqualTo("disabled");
            assertThat(strings(db.admin(), "SELECT label FROM git_memory.file WHERE agent_id = ?", memory.agent()))
                    .isEmpty();
        }
    }

    @Test
    void anAgentThatGoesLeavesItsSharedBlocksToTheOthers() throws SQLException {
        Memory memory = world.enabled();
        Memory other = world.remember(world.agent(), "own");
        World.link(db.app(), other.agent(), memory.block(), memory.label());
        Connection app = db.app();
        app.setAutoCommit(false);
        World.untag(app, memory.agent());
        run(app, "DELETE FROM agents WHERE id = ?", memory.agent());
        app.commit();

        assertThat(world.value(memory)).isEqualTo("first");
        assertThat(world.sha(memory)).isEqualTo("null");
    }

    @Test
    void agentsWithoutTheTagRemoveWhatTheyLike() throws SQLException {
        Memory one = world.plain();
        Memory two = world.plain();

        assertThat(run(db.app(), "DELETE FROM block WHERE id = ?", one.block())).isEqualTo(1);
        assertThat(run(db.app(), "DELETE FROM agents WHERE id = ?", two.agent()))
                .isEqualTo(1);
    }
}
