package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TRUNCATE, which fires no trigger for rows. */
@OnEveryTarget
class TruncateTest extends GuardTest {
    private static final String[] STATEMENTS = {
        "TRUNCATE block CASCADE",
        "TRUNCATE blocks_agents",
        "TRUNCATE agents_tags",
        "TRUNCATE agents CASCADE",
        "TRUNCATE organizations CASCADE",
        "TRUNCATE blocks_agents, agents_tags"
    };

    TruncateTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void refusedWhileAnAgentIsEnabledAndAllowedBeforeAndAfter() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            for (String statement : STATEMENTS) {
                // The application's role owns nothing: TRUNCATE of cascaded tables takes the right to each.
                run(own.app(), statement);
                new World(own);
            }

            Memory memory = there.enabled();
            for (String statement : STATEMENTS) {
                Refusal.of("MG004", memory.agent(), "*", "the rows of every label that git has", "TRUNCATE")
                        .ends(own, () -> run(own.app(), statement));
            }

            World.untag(own.app(), memory.agent());
            run(own.app(), "TRUNCATE organizations CASCADE");
            assertThat(string(own.admin(), "SELECT count(*) FROM block")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void isAsEverWhereNoAgentEverHadTheTag(int isolation) throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection app = own.newApp()) {
            World there = new World(own);
            Memory memory = there.plain();
            run(own.app(), "INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'favourite')", memory.agent());
            app.setTransactionIsolation(isolation);
            app.setAutoCommit(false);
            World.link(app, memory.agent(), World.block(app, "more"), "more");
            run(app, "TRUNCATE blocks_agents");
            run(app, "TRUNCATE agents_tags");
            app.commit();
            assertThat(string(own.admin(), "SELECT count(*) FROM blocks_agents"))
                    .isEqualTo("0");
        }
    }

    @Test
    void notJudgedByAnOldSnapshot() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection old = own.newApp()) {
            World there = new World(own);
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            run(old, "SELECT count(*) FROM organizations");
            Memory memory = there.enabled();

            assertThatThrownBy(() -> run(old, "TRUNCATE blocks_agents"))
                    .hasMessageContaining("cannot be judged in a REPEATABLE READ transaction");
            old.rollback();
            assertThat(there.drift(memory.agent())).isEmpty();
        }
    }
}
