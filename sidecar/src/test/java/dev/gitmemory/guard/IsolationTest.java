package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two sessions at once, and old snapshots: no write may fall between the last moment without git and the first with. */
@OnEveryTarget
class IsolationTest extends GuardTest {
    IsolationTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void refusesInEveryIsolationLevel(int isolation) throws SQLException {
        Memory memory = world.enabled();
        try (Connection app = db.newApp()) {
            app.setTransactionIsolation(isolation);
            app.setAutoCommit(false);

            Refusal.otherContent(memory).ends(db, () -> {
                run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            });
            app.rollback();
            Refusal.removed(memory).ends(db, () -> {
                run(app, "DELETE FROM blocks_agents WHERE block_id = ?", memory.block());
                app.commit();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void allowsInEveryIsolationLevelWhatHasNoTag(int isolation) throws SQLException {
        Memory memory = world.plain();
        String block = world.block("more");
        try (Connection app = db.newApp()) {
            app.setTransactionIsolation(isolation);
            app.setAutoCommit(false);
            World.link(app, memory.agent(), block, "more");
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            run(app, "UPDATE blocks_agents SET block_label = block_label WHERE agent_id = ?", memory.agent());
            run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
            app.commit();
        }
        assertThat(strings(
                        db.admin(), "SELECT agent_id FROM git_memory.agent_fence WHERE agent_id = ?", memory.agent()))
                .as("nothing stays behind")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void whatWasJudgedKeepsTheAgentsLineUntilTheEnd(int isolation) throws SQLException {
        Memory memory = world.enabled();
        String asASidecarThatApplies = "SELECT FROM git_memory.repo WHERE agent_id = ? FOR UPDATE NOWAIT";
        try (Connection app = db.newApp()) {
            app.setTransactionIsolation(isolation);
            app.setAutoCommit(false);
            run(
                    app,
                    "UPDATE block SET metadata_ = 'null' WHERE id = ?",
                    memory.block()); // says the same in other words
            assertThatThrownBy(() -> run(db.admin(), asASidecarThatApplies, memory.agent()))
                    .hasMessageContaining("could not obtain lock on row in relation \"repo\"");
            app.commit();
        }
        run(db.admin(), asASidecarThatApplies, memory.agent());
    }

    @Test
    void disablingWaitsForTheAgentsLine() throws SQLException {
        Memory memory = world.enabled();
        try (Connection judged = db.newAdmin();
                Connection app = db.newApp()) {
            judged.setAutoCommit(false);
            run(judged, "SELECT FROM git_memory.repo WHERE agent_id = ? FOR KEY SHARE", memory.agent());
            run(app, "SET lock_timeout = '50ms'");
            assertThatThrownBy(() -> run(app, "DELETE FROM agents_tags WHERE agent_id = ?", memory.agent()))
                    .hasMessageContaining("canceling statement due to lock timeout");
            judged.rollback();
            run(app, "DELETE FROM agents_tags WHERE agent_id = ?", memory.agent());
        }
        assertThat(strings(db.admin(), "SELECT state FROM git_memory.repo WHERE agent_id = ?", memory.agent()))
                .containsExactly("disabled");
    }

    @Test
    void takingOverWaitsForAWriteUnderWayAndCommitsIt() throws Exception {
        Memory memory = world.plain();
        takingOverWaitsFor(
                memory.agent(), "UPDATE block SET value = 'just in time' WHERE id = '" + memory.block() + "'");
        assertThat(world.value(memory)).isEqualTo("just in time");
    }

    @Test
    void takingOverWaitsForALinkUnderWayAndCommitsItsBlock() throws Exception {
        Memory memory = world.plain();
        takingOverWaitsFor(memory.agent(), linkTo(memory, world.block("more")));
        assertThat(strings(
                        db.admin(),
                        "SELECT label FROM git_memory.file WHERE agent_id = ? AND label = 'more'",
                        memory.agent()))
                .hasSize(1);
    }

    @Test
    void takingOverWaitsForARemovalUnderWay() throws Exception {
        Memory memory = world.plain();
        takingOverWaitsFor(memory.agent(), "DELETE FROM blocks_agents WHERE agent_id = '" + memory.agent() + "'");
    }

    private void takingOverWaitsFor(String agent, String statement) throws Exception {
        try (Connection app = db.newApp();
                Connection sidecar = db.newSidecar()) {
            app.setAutoCommit(false);
            run(app, statement);

            sidecar.setAutoCommit(false);
            Waiting takeOver = Waiting.start(db, sidecar, () -> World.takeOver(sidecar, agent));
            app.commit();
            takeOver.finish();
            sidecar.commit();
        }
        assertThat(world.drift(agent)).isEmpty();
    }

    private static String linkTo(Memory memory, String block) {
        return "INSERT INTO blocks_agents VALUES ('" + memory.agent() + "', '" + block + "', 'more')";
    }

    @Test
    void aTagWaitsForAWriteUnderWayAndThenItsRowIsFrozen() throws Exception {
        Memory memory = world.plain();
        tagWaitsFor(db, memory.agent(), "UPDATE block SET value = 'just in time' WHERE id = '" + memory.block() + "'");

        assertThat(world.value(memory)).isEqualTo("just in time");
        Refusal.notTakenOver(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'after' WHERE id = ?", memory.block()));
    }

    @Test
    void aTagWaitsForALinkUnderWayAndThenItsBlockIsFrozen() throws Exception {
        Memory memory = world.plain();
        Memory more = new Memory(memory.agent(), world.block("more"), "more", "");
        tagWaitsFor(db, memory.agent(), linkTo(memory, more.block()));

        Refusal.notTakenOver(more)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'after' WHERE id = ?", more.block()));
    }

    @Test
    void aTagWaitsForALinkUnderWayWhereTheApplicationHasNoForeignKeys() throws Exception {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            run(own.admin(), "ALTER TABLE blocks_agents DROP CONSTRAINT blocks_agents_agent_id_fkey");
            Memory memory = there.plain();
            Memory more = new Memory(memory.agent(), there.block("more"), "more", "");
            tagWaitsFor(own, memory.agent(), linkTo(memory, more.block()));

            Refusal.notTakenOver(more)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'after' WHERE id = ?", more.block()));
        }
    }

    @Test
    void aTagWaitsForARemovalUnderWayAndDoesNotMarkWhatHasLeft() throws Exception {
        Memory memory = world.plain();
        tagWaitsFor(db, memory.agent(), "DELETE FROM blocks_agents WHERE agent_id = '" + memory.agent() + "'");
        assertThat(world.sha(memory)).isEqualTo("null");
    }

    private static void tagWaitsFor(GuardedDatabase db, String agent, String statement) throws Exception {
        try (Connection app = db.newApp();
                Connection tagger = db.newApp()) {
            app.setAutoCommit(false);
            run(app, statement);

            Waiting tag = Waiting.start(db, tagger, () -> World.tag(tagger, agent));
            app.commit();
            tag.finish();
        }
    }

    @Test
    void aWriteThatWaitsForTheTagMeetsTheGuard() throws Exception {
        Memory memory = world.plain();
        try (Connection app = db.newApp();
                Connection tagger = db.newApp()) {
            tagger.setAutoCommit(false);
            World.tag(tagger, memory.agent());
            run(tagger, "SET CONSTRAINTS ALL IMMEDIATE");

            Waiting write = Waiting.start(
                    db, app, () -> run(app, "UPDATE block SET value = 'too late' WHERE id = ?", memory.block()));
            tagger.commit();
            assertState("MG005", write::finish);
        }
    }

    @Test
    void aWriteThatWaitsForTheTakeOverMeetsTheGuard() throws SQLException {
        Memory memory = world.plain();
        waitsForTheTakeOver(memory, "UPDATE block SET value = 'too late' WHERE id = '" + memory.block() + "'", "MG003");
    }

    @Test
    void aLinkThatWaitsForTheTakeOverMeetsTheGuard() throws SQLException {
        Memory memory = world.plain();
        String block = world.block("more");
        waitsForTheTakeOver(
                memory,
                "INSERT INTO blocks_agents VALUES ('" + memory.agent() + "', '" + block + "', 'more')",
                "MG001");
    }

    @Test
    void aRemovalThatWaitsForTheTakeOverMeetsTheGuard() throws SQLException {
        Memory memory = world.plain();
        waitsForTheTakeOver(memory, "DELETE FROM block WHERE id = '" + memory.block() + "'", "MG004");
    }

    private void waitsForTheTakeOver(Memory memory, String statement, String state) throws SQLException {
        try (Connection app = db.newApp();
                Connection sidecar = db.newSidecar()) {
            sidecar.setAutoCommit(false);
            World.takeOver(sidecar, memory.agent());

            Waiting write = Waiting.start(db, app, () -> run(app, statement));
            sidecar.commit();
            assertState(state, write::finish);
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void anOldSnapshotDoesNotOverlookATagThatWasCommittedSince(int isolation) throws SQLException {
        for (String statement : new String[] {
            "UPDATE block SET value = 'old view' WHERE id = :block",
            "INSERT INTO blocks_agents VALUES (':agent', ':more', 'more')",
            "DELETE FROM blocks_agents WHERE agent_id = ':agent'",
            "UPDATE blocks_agents SET block_id = ':more', block_label = 'more' WHERE agent_id = ':agent'",
            "DELETE FROM block WHERE id = ':block'"
        }) {
            Memory memory = world.plain();
            String more = world.block("more");
            String sql = statement
                    .replace(":block'", memory.block() + "'")
                    .replace(":block", "'" + memory.block() + "'")
                    .replace(":agent", memory.agent())
                    .replace(":more", more);
            try (Connection old = db.newApp()) {
                old.setTransactionIsolation(isolation);
                old.setAutoCommit(false);
                run(old, "SELECT count(*) FROM agents");
                world.takeOver(memory.agent());

                assertState("40001", () -> {
                    run(old, sql);
                    old.commit();
                });
            }
            assertThat(world.drift(memory.agent())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void anOldSnapshotDoesNotOverlookAnAgentThatWasEnabledAgainSince(int isolation) throws SQLException {
        Memory memory = world.enabled();
        World.untag(db.app(), memory.agent());
        String more = world.block("more");
        try (Connection old = db.newApp()) {
            old.setTransactionIsolation(isolation);
            old.setAutoCommit(false);
            run(old, "SELECT count(*) FROM agents");
            world.takeOver(memory.agent());

            assertState("40001", () -> World.link(old, memory.agent(), more, "more"));
            old.rollback();
        }
        try (Connection old = db.newApp()) {
            World.untag(db.app(), memory.agent());
            old.setTransactionIsolation(isolation);
            old.setAutoCommit(false);
            run(old, "SELECT count(*) FROM agents");
            world.takeOver(memory.agent());

            assertState("40001", () -> run(old, "UPDATE block SET value = 'old view' WHERE id = ?", memory.block()));
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void aTagWaitsForALinkUnderAnOldSnapshot() throws Exception {
        Memory memory = world.plain();
        String more = world.block("more");
        try (Connection old = db.newApp();
                Connection tagger = db.newApp()) {
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            old.setAutoCommit(false);
            World.link(old, memory.agent(), more, "more");

            Waiting tag = Waiting.start(db, tagger, () -> World.tag(tagger, memory.agent()));
            old.commit();
            tag.finish();
        }
        world.takeOver(memory.agent());
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    /** A block of the enabled agent's that is about to become another's, too. */
    private Memory shared(Memory other) throws SQLException {
        String label = World.unique("shared");
        Memory memory = world.remember(world.agent(), label);
        world.takeOver(memory.agent());
        Memory owned = world.current(memory);
        World.gitSays(db.sidecar(), other.agent(), label, owned.sha(), "first");
        return owned;
    }

    @Test
    void aLinkSeesAWriteToItsBlockThatBeganBefore() throws Exception {
        Memory memory = world.enabled();
        Memory shared = shared(memory);
        try (Connection app = db.newApp();
                Connection sidecar = db.newSidecar()) {
            app.setAutoCommit(false);
            run(app, "UPDATE block SET hidden = true WHERE id = ?", shared.block());

            Waiting link = Waiting.start(
                    db, sidecar, () -> World.link(sidecar, memory.agent(), shared.block(), shared.label()));
            World.untag(app, shared.agent());
            run(app, "UPDATE block SET value = 'under way' WHERE id = ?", shared.block());
            app.commit();
            assertState("MG001", link::finish);
        }
    }

    @Test
    void aWriteSeesALinkThatWasCommittedWhileItWaited() throws Exception {
        Memory memory = world.enabled();
        String block = world.block("more");
        String sha = World.newSha();
        try (Connection app = db.newApp();
                Connection sidecar = db.newSidecar()) {
            sidecar.setAutoCommit(false);
            run(sidecar, "SET CONSTRAINTS ALL DEFERRED");
            World.gitSays(sidecar, memory.agent(), "more", sha, "first");
            run(sidecar, "UPDATE block SET git_sha = ? WHERE id = ?", sha, block);
            World.link(sidecar, memory.agent(), block, "more");

            Waiting write =
                    Waiting.start(db, app, () -> run(app, "UPDATE block SET value = 'other' WHERE id = ?", block));
            sidecar.commit();
            assertState("MG003", write::finish);
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void anothersUncommittedTagDoesNotGuardYet() throws SQLException {
        Memory memory = world.plain();
        try (Connection tagger = db.newApp()) {
            tagger.setAutoCommit(false);
            World.tag(tagger, memory.agent());

            assertThat(run(db.app(), "UPDATE block SET value = 'before' WHERE id = ?", memory.block()))
                    .isEqualTo(1);
            tagger.commit();
        }
        Refusal.notTakenOver(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'after' WHERE id = ?", memory.block()));
    }

    @Test
    void disablingWaitsForAnApplyUnderWay() throws Exception {
        Memory memory = world.enabled();
        try (Connection app = db.newApp();
                Connection sidecar = db.newSidecar()) {
            sidecar.setAutoCommit(false);
            strings(sidecar, "SELECT agent_id FROM git_memory.repo WHERE agent_id = ? FOR UPDATE", memory.agent());
            String sha = World.gitSays(sidecar, memory, "second");
            run(sidecar, "UPDATE block SET value = 'second', git_sha = ? WHERE id = ?", sha, memory.block());

            Waiting disable = Waiting.start(db, app, () -> World.untag(app, memory.agent()));
            sidecar.commit();
            disable.finish();
        }
        assertThat(world.state(memory.agent())).isEqualTo("disabled");
        assertThat(world.value(memory)).isEqualTo("second");
        assertThat(world.sha(memory)).isEqualTo("null");
    }

    private static void assertState(String state, ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .as(e.getMessage())
                .isEqualTo(state));
    }
}
