package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables of other names, in another schema, of other types, in partitions. */
@OnEveryTarget
class TableShapeTest extends GuardTest {
    TableShapeTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void guardsRenamedTablesInAnotherSchema() throws SQLException {
        TableNames names = new TableNames(
                "Mémoire \u00e0 moi", "select", "Blocks of Agents", "tags.of.agents", "blocks tags", "Agents", "orgs");
        try (GuardedDatabase own = target.empty()) {
            new Migrations(own.dataSource(), names, target.engine())
                    .creatingTables()
                    .migrate();
            // The suite goes through views with the usual names; rows and triggers are those of the tables.
            run(own.admin(), """
                    CREATE VIEW organizations AS SELECT * FROM %s;
                    CREATE VIEW agents AS SELECT * FROM %s;
                    CREATE VIEW block AS SELECT * FROM %s;
                    CREATE VIEW blocks_agents AS SELECT * FROM %s;
                    CREATE VIEW agents_tags AS SELECT * FROM %s;
                    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO PUBLIC
                    """.formatted(
                            names.sql(names.organizations()),
                            names.sql(names.agents()),
                            names.sql(names.blocks()),
                            names.sql(names.blocksAgents()),
                            names.sql(names.agentsTags())));
            guards(own);
            Refusal.of("MG004", firstTagged(own), "*", "the rows of every label that git has", "TRUNCATE")
                    .ends(own, () -> run(own.app(), "TRUNCATE " + names.sql(names.blocksAgents())));
        }
    }

    @Test
    void guardsColumnsOfOtherTypes() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(
                    own.admin(),
                    Resources.existingApplication()
                            .replace("value varchar", "value text")
                            .replace("description varchar", "description text")
                            .replace("\"limit\" integer", "\"limit\" bigint"));
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                    .creatingTables()
                    .migrate();
            guards(own);
        }
    }

    @Test
    void guardsAPartitionedBlocksTableAndEachPartition() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(
                    own.admin(),
                    Resources.existingApplication()
                            .replace(
                                    "CONSTRAINT unique_block_id_label UNIQUE (id, label)\n)",
                                    "CONSTRAINT unique_block_id_label UNIQUE (id, label)\n) PARTITION BY HASH (id)")
                            .replace(
                                    "CREATE INDEX created_at_label_idx",
                                    "CREATE TABLE block_even PARTITION OF block FOR VALUES WITH (MODULUS 2, REMAINDER"
                                            + " 0);\nCREATE INDEX created_at_label_idx")
                            .replace(
                                    "CREATE TABLE block_history",
                                    "CREATE TABLE block_odd PARTITION OF block FOR VALUES WITH (MODULUS 2, REMAINDER"
                                            + " 1);\nCREATE TABLE block_history"));
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                    .creatingTables()
                    .migrate();
            guards(own);

            World there = new World(own);
            Memory memory = there.enabled();
            String partition =
                    string(own.admin(), "SELECT tableoid::regclass::text FROM block WHERE id = ?", memory.block());
            Refusal.otherContent(memory)
                    .ends(
                            own,
                            () -> run(
                                    own.app(),
                                    "UPDATE " + partition + " SET value = 'other' WHERE id = ?",
                                    memory.block()));
            Refusal.removed(memory)
                    .ends(own, () -> run(own.app(), "DELETE FROM " + partition + " WHERE id = ?", memory.block()));
            for (String each : new String[] {"block_even", "block_odd"}) {
                Refusal.of("MG004", firstTagged(own), "*", "the rows of every label that git has", "TRUNCATE")
                        .ends(own, () -> run(own.app(), "TRUNCATE " + each + " CASCADE"));
            }
            movesBetweenPartitions(own, there, memory);
        }
    }

    /** A row with a new key may move to another partition, which triggers see as a removal and an insertion. */
    private static void movesBetweenPartitions(GuardedDatabase own, World there, Memory memory) throws SQLException {
        for (int i = 0; i < 4; i++) {
            run(own.app(), "UPDATE block SET id = ? WHERE id LIKE ?", memory.block() + "-" + i, memory.block() + "%");
            assertThat(there.drift(memory.agent())).isEmpty();
        }
        String id = string(own.admin(), "SELECT block_id FROM blocks_agents WHERE agent_id = ?", memory.agent());
        Refusal.otherContent(memory)
                .ends(own, () -> run(own.app(), "UPDATE block SET id = id || 'x', value = 'other' WHERE id = ?", id));
        try (Connection serializable = own.newApp()) {
            serializable.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            for (String suffix : List.of("a", "b", "c", "d", "e")) { // one of them is in the other partition
                Refusal.noSha(memory)
                        .ends(
                                own,
                                () -> run(
                                        serializable,
                                        "UPDATE block SET id = id || ?, value = 'other', git_sha = NULL WHERE id = ?",
                                        suffix,
                                        id));
            }
        }
    }

    @Test
    void tablesThatAreRenamedLaterFailClosedUntilTheMigrationKnows() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            Memory plain = there.plain();

            run(own.admin(), "ALTER TABLE block RENAME TO memory_block");
            assertThatThrownBy(() ->
                            run(own.app(), "UPDATE memory_block SET value = 'other' WHERE id = ?", memory.block()))
                    .hasMessageContaining("\"public.block\" does not exist");
            assertThat(run(own.app(), "UPDATE memory_block SET value = 'mine' WHERE id = ?", plain.block()))
                    .isEqualTo(1);

            run(own.admin(), "ALTER TABLE blocks_agents RENAME TO agent_block");
            assertThatThrownBy(() ->
                            run(own.app(), "UPDATE memory_block SET value = 'other' WHERE id = ?", memory.block()))
                    .hasMessageContaining("\"public.blocks_agents\" does not exist");
            assertThatThrownBy(() -> run(own.app(), "DELETE FROM agent_block WHERE block_id = ?", memory.block()))
                    .hasMessageContaining("does not exist");

            TableNames renamed = new TableNames(
                    "public", "memory_block", "agent_block", "agents_tags", "blocks_tags", "agents", "organizations");
            new Migrations(own.dataSource(), renamed, null).migrate();
            run(own.admin(), "CREATE VIEW block AS SELECT * FROM memory_block");
            run(own.admin(), "CREATE VIEW blocks_agents AS SELECT * FROM agent_block");
            own.grantTables(own.appRole());
            run(own.admin(), "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO PUBLIC");
            Refusal.otherContent(memory)
                    .ends(
                            own,
                            () -> run(
                                    own.app(), "UPDATE memory_block SET value = 'other' WHERE id = ?", memory.block()));
            guards(own);
        }
    }

    private static String firstTagged(GuardedDatabase own) throws SQLException {
        return strings(
                        own.admin(),
                        "SELECT agent_id FROM agents_tags WHERE tag = ? ORDER BY agent_id COLLATE \"C\"",
                        World.TAG)
                .get(0);
    }

    /** The guard in short. */
    private static void guards(GuardedDatabase own) throws SQLException {
        assertThat(strings(own.admin(), "SELECT DISTINCT trigger_state FROM git_memory.guard"))
                .containsExactly("ok");
        World there = new World(own);
        Memory plain = there.plain();
        assertThat(run(own.app(), "UPDATE block SET value = 'mine' WHERE id = ?", plain.block()))
                .isEqualTo(1);
        Memory memory = there.enabled();
        Refusal.otherContent(memory)
                .ends(own, () -> run(own.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        Refusal.noSha(memory)
                .ends(own, () -> run(own.app(), "UPDATE block SET git_sha = NULL WHERE id = ?", memory.block()));
        Refusal.unknownLabel(memory, "renamed")
                .ends(own, () -> run(own.app(), "UPDATE block SET label = 'renamed' WHERE id = ?", memory.block()));
        Refusal.removed(memory).ends(own, () -> run(own.app(), "DELETE FROM block WHERE id = ?", memory.block()));
        Refusal.removed(memory)
                .ends(own, () -> run(own.app(), "DELETE FROM blocks_agents WHERE block_id = ?", memory.block()));
        String more = there.block("more");
        Refusal.of("MG001", memory.agent(), "more", "a git commit", "none")
                .ends(own, () -> World.link(own.app(), memory.agent(), more, "more"));
        run(own.app(), "UPDATE block SET hidden = true WHERE id = ?", memory.block());
        Memory written = there.write(memory, "second");
        assertThat(there.drift(written.agent())).isEmpty();
        World.untag(own.app(), memory.agent());
        assertThat(there.state(memory.agent())).isEqualTo("disabled");
        run(own.app(), "DELETE FROM block WHERE id = ?", memory.block());
        Memory frozen = there.plain();
        World.tag(own.app(), frozen.agent());
        Refusal.notTakenOver(frozen)
                .ends(own, () -> run(own.app(), "UPDATE block SET value = 'other' WHERE id = ?", frozen.block()));
    }
}
