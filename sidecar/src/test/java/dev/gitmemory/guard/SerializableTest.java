package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SERIALIZABLE transactions, in which the guard reads as little as it can, and judges all the same. */
@OnEveryTarget
class SerializableTest extends GuardTest {
    SerializableTest(GuardTarget target) throws SQLException {
        super(target);
    }

    /**
     * PostgreSQL remembers what a SERIALIZABLE transaction reads by pages, of a table that it reads in sequence all. These read
     * nothing that the other writes, nor do their foreign keys, and neither may the guard.
     */
    @Test
    void agentsThatNeverHadTheTagMakeNoSerializableTransactionFail() throws SQLException {
        Memory first = world.plain();
        Memory second = world.plain();
        try (Connection one = serializableByIndexes();
                Connection two = serializableByIndexes()) {
            String ours = World.block(one, "more");
            String theirs = World.block(two, "more");
            World.link(one, first.agent(), ours, "more");
            World.link(two, second.agent(), theirs, "more");
            run(one, "INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'favourite')", first.agent());
            run(two, "INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'favourite')", second.agent());
            one.commit();
            two.commit();
        }
        try (Connection one = serializableByIndexes();
                Connection two = serializableByIndexes()) {
            run(one, "DELETE FROM blocks_agents WHERE block_id = ?", first.block());
            World.block(two, "less");
            one.commit();
            two.commit();
        }
        assertThat(strings(
                        db.admin(),
                        "SELECT block_label FROM blocks_agents WHERE agent_id IN (?, ?) ORDER BY 1",
                        first.agent(),
                        second.agent()))
                .containsExactly("more", "more", World.LABEL);
    }

    private Connection serializableByIndexes() throws SQLException {
        Connection connection = db.newApp();
        run(connection, "SET enable_seqscan = off");
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        connection.setAutoCommit(false);
        run(connection, "SELECT 1");
        return connection;
    }

    /** A new row is not asked for its links, where a foreign key takes them away with the former row. */
    @ParameterizedTest
    @ValueSource(strings = {"CASCADE", "NO ACTION", "none"})
    void aRowThatIsReplacedByOneStatementIsJudgedInSerializableTransactions(String whatDeletingDoes)
            throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection app = own.newApp()) {
            if (!whatDeletingDoes.equals("CASCADE")) {
                run(own.admin(), "ALTER TABLE blocks_agents DROP CONSTRAINT fk_block_id_label");
            }
            if (whatDeletingDoes.equals("NO ACTION")) {
                run(
                        own.admin(),
                        "ALTER TABLE blocks_agents ADD FOREIGN KEY (block_id, block_label) REFERENCES block (id, label)");
            }
            World there = new World(own);
            Memory memory = there.enabled();
            app.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            app.setAutoCommit(false);

            assertThatThrownBy(() -> {
                        run(
                                app,
                                "WITH gone AS (DELETE FROM block WHERE id = ? RETURNING *)"
                                        + " INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                        + " SELECT id, label, 'other', \"limit\", organization_id FROM gone",
                                memory.block());
                        app.commit();
                    })
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isIn("MG001", "MG004"));
            app.rollback();
            assertThat(there.drift(memory.agent())).isEmpty();
        }
    }
}
