package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever breaks inside the guard, a write to a git-enabled agent's memory does not pass. */
@OnEveryTarget
class FailClosedTest extends GuardTest {
    FailClosedTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void withoutTheLedger() throws SQLException {
        for (String table : new String[] {"file", "repo"}) {
            try (GuardedDatabase own = target.fresh()) {
                World there = new World(own);
                Memory memory = there.enabled();
                Memory plain = there.plain();
                run(own.admin(), "ALTER TABLE git_memory." + table + " RENAME TO gone");

                assertRefused(own, memory, "42P01");
                assertThatThrownBy(() -> run(own.app(), "DELETE FROM block WHERE id = ?", memory.block()))
                        .isInstanceOf(SQLException.class);
                assertThat(run(own.app(), "UPDATE block SET value = 'mine' WHERE id = ?", plain.block()))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void withAnEmptyLedger() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "TRUNCATE git_memory.repo CASCADE");

            Refusal.notTakenOver(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    /** A refusal is written into the row that is being judged, which nobody would read in another one. */
    @Test
    void withRowsAmongWhatIsJudgedThatOthersHaveLeft() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(
                    own.admin(),
                    "INSERT INTO git_memory.judgement (kind, agent_id, schema_name, table_name, trigger_name, refusal)"
                            + " VALUES ('left', 'x', 'x', 'x', 'x', NULL), ('left', 'x', 'x', 'x', 'x', '{MG001, x, x, x, x}')");

            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            Refusal.removed(memory).ends(own, () -> run(own.app(), "DELETE FROM block WHERE id = ?", memory.block()));
            Refusal.otherContent(memory).ends(own, () -> {
                run(own.app(), "BEGIN");
                run(own.app(), "SET CONSTRAINTS ALL DEFERRED");
                run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block());
                run(own.app(), "COMMIT");
            });
        }
    }

    @Test
    void withoutTheRightToLookAtTags() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "REVOKE SELECT ON agents_tags FROM git_memory_owner");

            assertRefused(own, memory, "42501");
        }
    }

    @Test
    void withRowsThatAPolicyHidesFromTheGuard() throws SQLException {
        for (String table : new String[] {"blocks_agents", "agents_tags", "block"}) {
            try (GuardedDatabase own = target.fresh()) {
                World there = new World(own);
                Memory memory = there.enabled();
                String more = there.block("more");
                run(own.admin(), "ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
                run(own.admin(), "CREATE POLICY application ON " + table + " TO " + own.appRole() + " USING (true)");

                assertRefused(own, memory, "42501");
                if (table.equals("agents_tags")) {
                    assertState("42501", () -> World.link(own.app(), memory.agent(), more, "more"));
                    assertState(
                            "42501",
                            () -> run(own.app(), "DELETE FROM blocks_agents WHERE block_id = ?", memory.block()));
                }
            }
        }
    }

    @Test
    void whenTheStatementIsCancelledInsideTheGuard() throws Exception {
        Memory memory = world.enabled();
        String block = world.block("more");
        try (Connection app = db.newApp();
                Connection other = db.newApp()) {
            other.setAutoCommit(false);
            run(other, "UPDATE block SET hidden = true WHERE id = ?", block);
            String pid = string(app, "SELECT pg_backend_pid()");

            Waiting link = Waiting.start(db, app, () -> World.link(app, memory.agent(), block, "more"));
            run(db.admin(), "SELECT pg_cancel_backend(CAST(? AS integer))", Integer.valueOf(pid));

            assertThatThrownBy(link::finish).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                    .isEqualTo("57014"));
            other.rollback();
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    private static void assertState(String state, ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .as(e.getMessage())
                .isEqualTo(state));
    }

    private static void assertRefused(GuardedDatabase own, Memory memory, String state) throws SQLException {
        assertState(state, () -> run(own.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        assertThat(string(own.admin(), "SELECT value FROM block WHERE id = ?", memory.block()))
                .isEqualTo("first");
    }
}
