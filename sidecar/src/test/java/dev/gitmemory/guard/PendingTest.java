package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * What a row says while its agent has the tag and nobody has taken it over. The mark makes the guard cheap: a row that
 * carries nothing is nobody's business, and an update of it asks no function.
 */
@OnEveryTarget
class PendingTest extends GuardTest {
    PendingTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void updatesAndDeletesOfUntaggedRowsCallNoFunctionOfOurs() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection counting = own.newAdmin()) {
            World there = new World(own);
            Memory memory = there.plain();
            String loose = there.block("loose");
            run(counting, "SET track_functions = 'all'");
            run(counting, "SELECT pg_stat_reset()");
            run(
                    counting,
                    "UPDATE block SET value = 'other', description = 'x', metadata_ = '{}' WHERE id = ?",
                    memory.block());
            run(counting, "UPDATE block SET value = value || '!'");
            run(counting, "UPDATE block SET version = version + 1");
            run(counting, "DELETE FROM block WHERE id = ?", loose);
            assertThat(calls(counting)).isEqualTo("none");

            run(counting, "DELETE FROM blocks_agents WHERE block_id = ?", memory.block());
            assertThat(calls(counting)).as("calls are counted").isNotEqualTo("none");
        }
    }

    private static String calls(Connection counting) throws SQLException {
        run(counting, "SELECT pg_stat_force_next_flush()");
        return string(
                counting,
                "SELECT coalesce(string_agg(funcname, ', ' ORDER BY funcname), 'none') FROM pg_stat_user_functions"
                        + " WHERE schemaname = 'git_memory'");
    }

    @Test
    void aTagMarksTheRowsAndTakingItAwayUnmarksThem() throws SQLException {
        Memory memory = world.plain();
        World.tag(db.app(), memory.agent());
        assertThat(world.sha(memory)).isEqualTo("pending");

        World.untag(db.app(), memory.agent());
        assertThat(world.sha(memory)).isEqualTo("null");
        assertThat(run(db.app(), "UPDATE block SET value = 'mine' WHERE id = ?", memory.block()))
                .isEqualTo(1);
    }

    @Test
    void whatTheTaggingTransactionLinksAndMovesIsMarked() throws SQLException {
        Memory memory = world.plain();
        String moved = world.block("moved");
        Connection app = db.app();
        app.setAutoCommit(false);
        World.tag(app, memory.agent());
        Memory later = World.remember(app, memory.agent(), "later");
        run(
                app,
                "UPDATE blocks_agents SET block_id = ?, block_label = 'moved' WHERE block_id = ?",
                moved,
                memory.block());
        app.commit();

        assertThat(world.sha(later)).isEqualTo("pending");
        assertThat(world.sha(new Memory(memory.agent(), moved, "moved", ""))).isEqualTo("pending");
        assertThat(world.sha(memory)).isEqualTo("null");
        Refusal.notTakenOver(later)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'after' WHERE id = ?", later.block()));
    }

    @Test
    void aTagThatIsJudgedAtOnceIsInEffectAtOnce() throws SQLException {
        for (String statement : new String[] {
            "UPDATE block SET git_sha = NULL WHERE id = ?",
            "DELETE FROM block WHERE id = ?",
            "DELETE FROM blocks_agents WHERE block_id = ?"
        }) {
            Memory memory = world.plain();
            Connection app = db.app();
            app.setAutoCommit(false);
            Refusal.notTakenOver(memory).ends(db, () -> {
                run(app, "SET CONSTRAINTS ALL IMMEDIATE");
                World.tag(app, memory.agent());
                run(app, statement, memory.block());
            });
        }
    }

    @Test
    void aLinkThatComesAfterItsTransactionsTagWasJudgedIsRefused() throws SQLException {
        String agent = world.agent();
        String block = world.block("later");
        Connection app = db.app();
        app.setAutoCommit(false);
        Refusal.notTakenOver(new Memory(agent, block, "later", "")).ends(db, () -> {
            World.tag(app, agent);
            run(app, "SET CONSTRAINTS ALL IMMEDIATE");
            World.link(app, agent, block, "later");
        });
    }

    @Test
    void rewritingTheTagsRowLiftsNoFreeze() throws SQLException {
        for (String statement : new String[] {
            "UPDATE block SET value = 'x', git_sha = NULL WHERE id = ?",
            "DELETE FROM block WHERE id = ?",
            "DELETE FROM blocks_agents WHERE block_id = ?"
        }) {
            Memory memory = world.plain();
            World.tag(db.app(), memory.agent());
            Connection app = db.app();
            app.setAutoCommit(false);
            Refusal.notTakenOver(memory).ends(db, () -> {
                run(app, "UPDATE agents_tags SET tag = tag WHERE agent_id = ?", memory.agent());
                run(app, statement, memory.block());
                app.commit();
            });
        }
    }

    @Test
    void agentsThatWaitForEachOthersSharedBlockAreTakenOverOneAfterTheOther() throws SQLException {
        Memory first = world.plain();
        Memory second = new Memory(world.agent(), first.block(), first.label(), "");
        World.link(db.app(), second.agent(), second.block(), second.label());
        World.tag(db.app(), first.agent());
        World.tag(db.app(), second.agent());

        world.takeOver(second.agent());
        assertThat(world.drift(second.agent())).isEmpty();
        Refusal.otherContent(world.current(second))
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'x' WHERE id = ?", first.block()));

        world.takeOver(first.agent());
        assertThat(world.drift(first.agent())).isEmpty();
        assertThat(world.drift(second.agent())).isEmpty();
    }

    @Test
    void twoTagsThatGoAtTheSameTimeLeaveNoMark() throws Exception {
        Memory first = world.plain();
        String second = world.agent();
        World.link(db.app(), second, first.block(), first.label());
        World.tag(db.app(), first.agent());
        World.tag(db.app(), second);
        try (Connection one = db.newApp();
                Connection two = db.newApp()) {
            one.setAutoCommit(false);
            World.untag(one, first.agent());
            run(one, "SET CONSTRAINTS ALL IMMEDIATE");

            Waiting other = Waiting.start(db, two, () -> World.untag(two, second));
            one.commit();
            other.finish();
        }
        assertThat(world.sha(first)).isEqualTo("null");
    }

    @Test
    void theLongestIdCanBeTaggedAndUntagged() throws SQLException {
        String agent = "a".repeat(7961) + System.nanoTime();
        run(db.app(), "INSERT INTO agents (id, organization_id) VALUES (?, 'org')", agent);
        World.tag(db.app(), agent);
        World.untag(db.app(), agent);
        assertThat(string(db.admin(), "SELECT count(*) FROM agents_tags WHERE agent_id = ?", agent))
                .isEqualTo("0");
    }

    @Test
    void aTagThatComesAndGoesInOneTransactionLeavesNoMark() throws SQLException {
        Memory memory = world.plain();
        Connection app = db.app();
        app.setAutoCommit(false);
        World.tag(app, memory.agent());
        run(app, "SET CONSTRAINTS ALL IMMEDIATE");
        World.untag(app, memory.agent());
        app.commit();
        assertThat(world.sha(memory)).isEqualTo("null");
    }

    @Test
    void aWholeAgentThatIsPendingMayGoAndLeavesNoMarkOnWhatStays() throws SQLException {
        Memory memory = world.plain();
        World.tag(db.app(), memory.agent());
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "DELETE FROM agents_tags WHERE agent_id = ?", memory.agent());
        run(app, "DELETE FROM agents WHERE id = ?", memory.agent());
        app.commit();
        assertThat(world.sha(memory)).isEqualTo("null");
    }

    @Test
    void aSharedRowCarriesTheCommitOrTheMarkOfWhoeverIsLeft() throws SQLException {
        Memory first = world.enabled();
        String pending = world.agent();
        Connection app = db.app();
        app.setAutoCommit(false);
        World.tag(app, pending);
        World.link(app, pending, first.block(), first.label());
        app.commit();
        app.setAutoCommit(true);
        assertThat(world.sha(first)).isEqualTo(first.sha());

        World.untag(app, first.agent());
        assertThat(world.sha(first)).isEqualTo("pending");
        World.untag(app, pending);
        assertThat(world.sha(first)).isEqualTo("null");
    }

    @Test
    void agentsThatHadTheTagBeforeGitMemoryCameAreFrozenFromItsFirstMomentOn() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            run(own.admin(), "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO PUBLIC");
            World there = new World(own);
            Memory tagged = there.plain();
            Memory plain = there.plain();
            World.tag(own.app(), tagged.agent());

            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                    .creatingTables()
                    .migrate();

            assertThat(there.sha(tagged)).isEqualTo("pending");
            assertThat(there.sha(plain)).isEqualTo("null");
            Refusal.notTakenOver(tagged)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'after' WHERE id = ?", tagged.block()));
        }
    }

    @Test
    void theApplicationMayChangeTheTypesOfItsColumns() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            run(own.app(), "UPDATE block SET hidden = true WHERE id = ?", memory.block());
            run(
                    own.admin(),
                    "ALTER TABLE block ALTER COLUMN value TYPE text, ALTER COLUMN description TYPE text,"
                            + " ALTER COLUMN \"limit\" TYPE bigint, ADD COLUMN more text DEFAULT 'new'");

            // A session that had the guard run before, like any with PL/pgSQL, must connect again. Nothing passes
            // meanwhile.
            assertThatThrownBy(() -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()))
                    .isInstanceOf(SQLException.class);
            try (Connection app = own.newApp()) {
                Refusal.otherContent(memory)
                        .ends(own, () -> run(app, "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
                assertThat(run(app, "UPDATE block SET more = 'mine' WHERE id = ?", memory.block()))
                        .isEqualTo(1);
            }
            assertThat(there.drift(memory.agent())).isEmpty();
        }
    }
}
