package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The ordinary life of an application that knows nothing of git-memory, on its own schema with rows in it: for agents
 * without the tag everything is as ever; for agents with it, whatever does not touch memory is.
 */
@OnEveryTarget
class ApplicationLifeTest extends GuardTest {
    ApplicationLifeTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void goesOn() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                    .creatingTables()
                    .migrate();
            World there = new World(own);

            createsAgentsInEveryOrder(own, there, false);
            createsAgentsInEveryOrder(own, there, true);
            keepsHistory(own, "old-agent-1", "old-block-1");
            worksOnATaggedAgent(own, there);
            deletesAgents(own, there);

            assertThat(string(own.admin(), "SELECT count(*) FROM git_memory.drift"))
                    .isEqualTo("0");
            assertThat(string(
                            own.admin(),
                            "SELECT count(*) FROM block b JOIN blocks_agents l ON l.block_id = b.id"
                                    + " WHERE l.agent_id LIKE 'old-agent-%' AND l.agent_id <> 'old-agent-2'"
                                    + " AND b.git_sha IS NOT NULL"))
                    .isEqualTo("0");
        }
    }

    /** Agent, tags, blocks and links in one transaction, in the orders that object-relational mappers choose. */
    private static void createsAgentsInEveryOrder(GuardedDatabase own, World there, boolean tagged)
            throws SQLException {
        List<List<String>> orders = List.of(
                List.of("agent", "tags", "blocks", "links"),
                List.of("blocks", "agent", "links", "tags"),
                List.of("agent", "blocks", "links", "tags", "edit"),
                List.of("blocks", "agent", "tags", "links", "edit"),
                List.of("agent", "tags", "blocks", "links", "edit", "history"));
        for (List<String> order : orders) {
            String agent = World.unique("agent");
            String block = World.unique("block");
            Connection app = own.app();
            app.setAutoCommit(false);
            for (String step : order) {
                create(app, step, agent, block, tagged);
            }
            app.commit();
            if (tagged) {
                there.takeOver(agent);
                assertThat(there.drift(agent)).isEmpty();
            }
        }
    }

    private static void create(Connection app, String step, String agent, String block, boolean tagged)
            throws SQLException {
        switch (step) {
            case "agent" -> run(app, "INSERT INTO agents (id, name, organization_id) VALUES (?, 'A', 'org')", agent);
            case "tags" -> {
                run(app, "INSERT INTO agents_tags VALUES (?, 'favourite')", agent);
                if (tagged) {
                    World.tag(app, agent);
                }
            }
            case "blocks" ->
                run(
                        app,
                        "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                + " VALUES (?, 'system/human', 'I am new', 5000, 'org')",
                        block);
            case "links" -> World.link(app, agent, block, "system/human");
            case "edit" ->
                run(
                        app,
                        "UPDATE block SET value = value || '!', version = version + 1, updated_at = now() WHERE id = ?",
                        block);
            case "history" -> remember(app, block, 1);
            default -> throw new IllegalArgumentException(step);
        }
    }

    /** A history row, the pointer to it, and the version counter, as the application's undo works. */
    private static void remember(Connection app, String block, int sequence) throws SQLException {
        String entry = World.unique("history");
        run(
                app,
                "INSERT INTO block_history (id, label, value, \"limit\", block_id, sequence_number, organization_id)"
                        + " SELECT ?, label, value, \"limit\", id, ?, organization_id FROM block WHERE id = ?",
                entry,
                sequence,
                block);
        assertThat(run(
                        app,
                        "UPDATE block SET current_history_entry_id = ?, version = version + 1,"
                                + " _last_updated_by_id = 'user' WHERE id = ?",
                        entry,
                        block))
                .isEqualTo(1);
    }

    private static void keepsHistory(GuardedDatabase own, String agent, String block) throws SQLException {
        Connection app = own.app();
        for (int sequence = 1; sequence <= 5; sequence++) {
            app.setAutoCommit(false);
            remember(app, block, sequence);
            run(app, "UPDATE block SET value = ?, read_only = NOT read_only WHERE id = ?", "edit " + sequence, block);
            app.commit();
        }
        app.setAutoCommit(true);
        run(app, "UPDATE block SET label = 'persona' WHERE id = ?", block);
        assertThat(string(own.admin(), "SELECT block_label FROM blocks_agents WHERE agent_id = ?", agent))
                .isEqualTo("persona");
        run(app, "UPDATE block SET metadata_ = '{\"edited\": true}', description = NULL WHERE id = ?", block);
        run(app, "INSERT INTO blocks_tags (block_id, tag, organization_id) VALUES (?, 'x', 'org')", block);
        run(app, "DELETE FROM blocks_tags WHERE block_id = ?", block);
    }

    /** Everything but the memory itself. */
    private static void worksOnATaggedAgent(GuardedDatabase own, World there) throws SQLException {
        there.takeOver("old-agent-2");
        Connection app = own.app();
        remember(app, "old-block-2", 1);
        run(app, "UPDATE block SET hidden = true, template_name = 't', is_template = true WHERE id = 'old-block-2'");
        run(app, "INSERT INTO blocks_tags (block_id, tag, organization_id) VALUES ('old-block-2', 'x', 'org')");
        run(app, "UPDATE agents SET name = 'Renamed', metadata_ = '{}' WHERE id = 'old-agent-2'");
        app.setAutoCommit(false);
        run(app, "DELETE FROM agents_tags WHERE agent_id = 'old-agent-2'");
        run(app, "INSERT INTO agents_tags VALUES ('old-agent-2', 'new'), ('old-agent-2', ?)", World.TAG);
        app.commit();

        Memory memory = there.current(new Memory("old-agent-2", "old-block-2", "human", ""));
        Refusal.otherContent(memory)
                .ends(own, () -> run(own.app(), "UPDATE block SET value = 'edit' WHERE id = 'old-block-2'"));
        Refusal.removed(memory).ends(own, () -> {
            Connection deleting = own.app();
            deleting.setAutoCommit(false);
            run(deleting, "DELETE FROM blocks_tags WHERE block_id = 'old-block-2'");
            run(deleting, "UPDATE block SET current_history_entry_id = NULL WHERE id = 'old-block-2'");
            run(deleting, "DELETE FROM block WHERE id = 'old-block-2'");
            deleting.commit();
        });
    }

    private static void deletesAgents(GuardedDatabase own, World there) throws SQLException {
        there.takeOver("old-agent-3");
        for (String agent : new String[] {"old-agent-3", "old-agent-4"}) {
            Connection app = own.app();
            app.setAutoCommit(false);
            run(app, "DELETE FROM block WHERE id IN (SELECT block_id FROM blocks_agents WHERE agent_id = ?)", agent);
            run(app, "DELETE FROM agents_tags WHERE agent_id = ?", agent);
            run(app, "DELETE FROM agents WHERE id = ?", agent);
            app.commit();
        }
        assertThat(string(own.admin(), "SELECT state FROM git_memory.status WHERE agent_id = 'old-agent-3'"))
                .isEqualTo("deleted");
    }
}
