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

/** The application changes the types of its columns, while sessions are open and in the midst of transactions. */
@OnEveryTarget
class ColumnChangeTest extends GuardTest {

    /** Every column that git-memory has to do with, and every type that it may have. */
    private static final List<String> CHANGES = List.of(
            "block ALTER COLUMN id TYPE text",
            "block ALTER COLUMN id TYPE varchar(64)",
            "block ALTER COLUMN label TYPE text",
            "block ALTER COLUMN label TYPE varchar(200)",
            "block ALTER COLUMN value TYPE text",
            "block ALTER COLUMN description TYPE text",
            "block ALTER COLUMN \"limit\" TYPE bigint",
            "block ALTER COLUMN metadata_ TYPE jsonb USING metadata_::jsonb",
            "block ALTER COLUMN metadata_ TYPE json USING metadata_::json",
            "blocks_agents ALTER COLUMN agent_id TYPE text",
            "blocks_agents ALTER COLUMN block_id TYPE text",
            "blocks_agents ALTER COLUMN block_label TYPE text",
            "blocks_agents ALTER COLUMN block_label TYPE varchar(200)",
            "agents_tags ALTER COLUMN agent_id TYPE text",
            "agents_tags ALTER COLUMN tag TYPE text",
            "agents_tags ALTER COLUMN tag TYPE varchar(100)",
            "agents ALTER COLUMN id TYPE text",
            "agents ALTER COLUMN organization_id TYPE text",
            "block ALTER COLUMN id TYPE varchar, ALTER COLUMN label TYPE varchar, ALTER COLUMN \"limit\" TYPE integer");

    ColumnChangeTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void openSessionsGoOnWritingAndAreJudgedAsBefore() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            try (Connection session = own.newApp()) {
                for (int i = 0; i < 6; i++) { // until PostgreSQL has plans that it keeps
                    plainLife(session);
                }
                judged(own, session, memory);
                for (String change : CHANGES) {
                    run(own.admin(), "ALTER TABLE " + change);
                    assertThat(plainLife(session)).as(change).isEqualTo("null");
                    judged(own, session, memory);
                    assertThat(there.drift(memory.agent())).as(change).isEmpty();
                    memory = there.write(memory, "after " + change);
                }
            }
            try (Connection session = own.newApp()) {
                plainLife(session);
                judged(own, session, memory);
            }
            assertThat(strings(own.admin(), "SELECT DISTINCT trigger_state FROM git_memory.guard"))
                    .containsExactly("ok");
            assertThat(string(own.admin(), "SELECT state FROM git_memory.status WHERE agent_id = ?", memory.agent()))
                    .isEqualTo("enabled");
        }
    }

    /** All kinds of writes to all tables, for an agent without the tag; returns what its row carries. */
    private static String plainLife(Connection session) throws SQLException {
        Memory memory = World.remember(session, World.agent(session), "human");
        run(session, "UPDATE block SET value = 'mine' WHERE id = ?", memory.block());
        run(session, "UPDATE block SET label = 'renamed' WHERE id = ?", memory.block());
        run(session, "INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'blue')", memory.agent());
        run(session, "UPDATE agents_tags SET tag = 'not-git-memory-enabled' WHERE agent_id = ?", memory.agent());
        run(session, "DELETE FROM agents_tags WHERE agent_id = ?", memory.agent());
        Memory gone = World.remember(session, memory.agent(), "gone");
        run(session, "DELETE FROM blocks_agents WHERE block_id = ?", gone.block());
        run(session, "DELETE FROM block WHERE id = ?", gone.block());
        return string(session, "SELECT coalesce(git_sha, 'null') FROM block WHERE id = ?", memory.block());
    }

    /** What an enabled agent's memory may have and may not, and an agent that gets the tag and loses it. */
    private static void judged(GuardedDatabase own, Connection session, Memory memory) throws SQLException {
        run(session, "UPDATE block SET hidden = true WHERE id = ?", memory.block());
        run(session, "UPDATE block SET hidden = NULL, label = label WHERE id = ?", memory.block());
        Refusal.otherContent(memory)
                .ends(own, () -> run(session, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        Refusal.otherContent(memory)
                .ends(
                        own,
                        () -> run(session, "UPDATE block SET metadata_ = '{\"a\": 1}' WHERE id = ?", memory.block()));
        Refusal.unknownLabel(memory, "renamed")
                .ends(own, () -> run(session, "UPDATE block SET label = 'renamed' WHERE id = ?", memory.block()));
        Refusal.removed(memory).ends(own, () -> run(session, "DELETE FROM block WHERE id = ?", memory.block()));
        Refusal.removed(memory)
                .ends(own, () -> run(session, "DELETE FROM blocks_agents WHERE block_id = ?", memory.block()));
        String block = World.block(session, "more");
        Refusal.of("MG001", memory.agent(), "more", "a git commit", "none")
                .ends(own, () -> World.link(session, memory.agent(), block, "more"));
        Memory tagged = World.remember(session, World.agent(session), World.LABEL);
        World.tag(session, tagged.agent());
        Refusal.notTakenOver(tagged)
                .ends(own, () -> run(session, "UPDATE block SET value = 'other' WHERE id = ?", tagged.block()));
        run(session, "UPDATE agents_tags SET tag = 'blue' WHERE agent_id = ?", tagged.agent());
        assertThat(run(session, "UPDATE block SET value = 'mine' WHERE id = ?", tagged.block()))
                .isEqualTo(1);
    }

    /** Data and schema changes in one transaction, as tools for schema migrations have them. */
    @Test
    void nothingWaitsOnTheApplicationsTables() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            Memory pending = there.plain();
            World.tag(own.app(), pending.agent());
            Memory disabled = there.enabled();
            World.untag(own.app(), disabled.agent());
            Memory plain = there.plain();
            run(own.admin(), "INSERT INTO agents_tags (agent_id, tag) VALUES (?, 'blue')", plain.agent());
            String agent = "'" + memory.agent() + "'";
            for (String written : new String[] {
                "UPDATE block SET label = label",
                "UPDATE block SET id = id || '-new' WHERE id = '" + memory.block() + "'",
                "UPDATE block SET hidden = true",
                "UPDATE blocks_agents SET block_label = trim(block_label)",
                "DELETE FROM blocks_agents WHERE agent_id <> " + agent + " AND agent_id <> '" + pending.agent() + "'",
                "DELETE FROM block WHERE id NOT IN (SELECT block_id FROM blocks_agents)",
                "INSERT INTO agents_tags (agent_id, tag) VALUES ('" + plain.agent() + "', '" + World.TAG + "')",
                "UPDATE agents_tags SET tag = '" + World.TAG + "' WHERE tag = 'blue'",
                "UPDATE agents_tags SET tag = 'red' WHERE agent_id = " + agent,
                "DELETE FROM agents_tags; DELETE FROM blocks_agents; DELETE FROM block"
            }) {
                for (String table : new String[] {"block", "blocks_agents", "agents_tags", "agents"}) {
                    try (Connection session = own.newAdmin()) {
                        session.setAutoCommit(false);
                        run(session, written);
                        run(session, "ALTER TABLE " + table + " ADD COLUMN more text");
                        run(session, "SET CONSTRAINTS ALL IMMEDIATE"); // judged as at the end
                        session.rollback();
                    }
                }
            }
        }
    }

    @Test
    void whatWaitsIsJudgedAlthoughTheTableChangedMeanwhile() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            Refusal.otherContent(memory).ends(own, () -> changed(own, memory, "UPDATE block SET value = 'other'"));
            Refusal.removed(memory).ends(own, () -> changed(own, memory, "DELETE FROM block"));
            Refusal.noSha(memory).ends(own, () -> changed(own, memory, "UPDATE block SET git_sha = NULL"));
            assertThatThrownBy(() -> changed(own, memory, "UPDATE block SET git_sha = 'pending'"))
                    .hasMessageContaining("does not carry its current git commit");
        }
    }

    private static void changed(GuardedDatabase own, Memory memory, String write) throws SQLException {
        try (Connection session = own.newAdmin()) {
            session.setAutoCommit(false);
            run(session, "SET CONSTRAINTS ALL DEFERRED");
            run(session, write + " WHERE id = ?", memory.block());
            run(session, "ALTER TABLE block ADD COLUMN more text, ALTER COLUMN label TYPE text");
            session.commit();
        }
    }

    @Test
    void jsonbSaysTheSameAsJson() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            String agent = there.agent();
            Memory memory = there.remember(agent, World.LABEL);
            run(own.app(), "UPDATE block SET metadata_ = '{\"b\":  1.50,\"a\":null}' WHERE id = ?", memory.block());
            there.takeOver(agent);
            Memory enabled = there.current(memory);
            run(own.admin(), "ALTER TABLE block ALTER COLUMN metadata_ TYPE jsonb USING metadata_::jsonb");
            assertThat(there.drift(agent)).isEmpty();
            run(own.app(), "UPDATE block SET metadata_ = '{\"a\": null, \"b\": 1.50}' WHERE id = ?", memory.block());
            Refusal.otherContent(enabled)
                    .ends(
                            own,
                            () -> run(
                                    own.app(),
                                    "UPDATE block SET metadata_ = '{\"b\": 1.51}' WHERE id = ?",
                                    memory.block()));
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine()).migrate();
            assertThat(there.drift(agent)).isEmpty();
            Memory another = there.enabled();
            assertThat(there.drift(another.agent())).isEmpty();
        }
    }

    @Test
    void aCollationThatIgnoresCaseLetsNoOtherBytesPass() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
            run(
                    own.admin(),
                    Resources.existingApplication()
                            .replace("    id varchar PRIMARY KEY", "    id varchar COLLATE ci PRIMARY KEY")
                            .replace("    label varchar", "    label varchar COLLATE ci")
                            .replace("    tag varchar", "    tag varchar COLLATE ci")
                            .replace("    agent_id varchar", "    agent_id varchar COLLATE ci")
                            .replace("    block_id varchar", "    block_id varchar COLLATE ci")
                            .replace("    block_label varchar", "    block_label varchar COLLATE ci"));
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine()).migrate();
            World there = new World(own);
            Memory memory = there.enabled();
            assertThat(there.drift(memory.agent())).isEmpty();
            Refusal.unknownLabel(memory, "SYSTEM/human")
                    .ends(
                            own,
                            () -> run(
                                    own.app(), "UPDATE block SET label = 'SYSTEM/human' WHERE id = ?", memory.block()));
            Refusal.unknownLabel(memory, "SYSTEM/human")
                    .ends(
                            own,
                            () -> run(
                                    own.app(),
                                    "UPDATE blocks_agents SET block_label = 'SYSTEM/human' WHERE block_id = ?",
                                    memory.block()));
            showsARenameByCaseInDrift(own, there);

            Memory plain = there.plain();
            run(
                    own.app(),
                    "INSERT INTO agents_tags (agent_id, tag) VALUES (?, ?)",
                    plain.agent(),
                    World.TAG.toUpperCase(java.util.Locale.ROOT));
            assertThat(run(own.app(), "UPDATE block SET value = 'mine' WHERE id = ?", plain.block()))
                    .isEqualTo(1);
            assertThat(there.sha(plain)).isEqualTo("null");
            assertThat(strings(own.admin(), "SELECT agent_id FROM git_memory.status WHERE agent_id = ?", plain.agent()))
                    .isEmpty();
            World.untag(own.app(), plain.agent()); // equal to the column, and no tag of ours
            run(own.app(), "UPDATE agents_tags SET tag = upper(tag) WHERE agent_id = ?", memory.agent());
            assertThat(there.state(memory.agent())).isEqualTo("disabled");
        }
    }

    /** What a superuser did without the triggers. */
    private static void showsARenameByCaseInDrift(GuardedDatabase own, World there) throws SQLException {
        Memory memory = there.enabled();
        for (String table : new String[] {"block", "blocks_agents"}) {
            run(own.admin(), "ALTER TABLE " + table + " DISABLE TRIGGER git_memory_guard_update");
        }
        run(own.admin(), "UPDATE block SET label = 'System/Human' WHERE id = ?", memory.block());
        for (String table : new String[] {"block", "blocks_agents"}) {
            run(own.admin(), "ALTER TABLE " + table + " ENABLE ALWAYS TRIGGER git_memory_guard_update");
        }
        assertThat(there.drift(memory.agent())).containsExactlyInAnyOrder("MG002 System/Human", "MG004 " + World.LABEL);
    }

    @Test
    void anIdOfAnotherCaseIsAnotherAgent() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
            run(
                    own.admin(),
                    Resources.existingApplication().replace("    agent_id varchar", "    agent_id varchar COLLATE ci"));
            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine()).migrate();
            World there = new World(own);
            Memory memory = there.enabled();
            run(
                    own.app(),
                    "INSERT INTO agents (id, organization_id) VALUES (upper(?), 'org') ON CONFLICT DO NOTHING",
                    memory.agent());
            String upper = string(own.app(), "SELECT upper(?)", memory.agent());
            String block = there.block("theirs");
            World.link(own.app(), upper, block, "theirs");
            assertThat(run(own.app(), "UPDATE block SET value = 'mine' WHERE id = ?", block))
                    .isEqualTo(1);
            assertThat(there.drift(memory.agent())).isEmpty();
            assertThat(string(own.admin(), "SELECT coalesce(git_sha, 'null') FROM block WHERE id = ?", block))
                    .isEqualTo("null");
        }
    }

    @Test
    void aColumnOfThatNameThatIsNotOursIsRefusedAndKept() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            run(own.admin(), "ALTER TABLE block ADD COLUMN git_sha varchar(40)");
            run(
                    own.admin(),
                    "INSERT INTO organizations (id, name) VALUES ('own', 'Own');"
                            + " INSERT INTO block (id, label, value, \"limit\", organization_id, git_sha)"
                            + " VALUES ('own', 'l', 'v', 10, 'own', 'release-1')");
            Migrations migrations = new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine());
            assertThat(migrations.preview().changes())
                    .anyMatch(change -> change.startsWith(
                            "Fails: \"public\".\"block\" has a column git_sha already, and it is not git-memory's"));
            assertThatThrownBy(migrations::migrate)
                    .hasMessageContaining("has a column git_sha already, and it is not git-memory's")
                    .hasMessageContaining("RENAME COLUMN git_sha TO");
            assertThat(strings(own.admin(), "SELECT git_sha FROM block WHERE id = 'own'"))
                    .containsExactly("release-1");
            assertThat(string(own.admin(), "SELECT to_regclass('git_memory.repo') IS NULL"))
                    .isEqualTo("t");

            run(own.admin(), "ALTER TABLE block RENAME COLUMN git_sha TO application_git_sha");
            migrations.migrate();
            assertThat(strings(
                            own.admin(), "SELECT application_git_sha FROM block WHERE id = 'own' AND git_sha IS NULL"))
                    .containsExactly("release-1");
        }
    }

    @Test
    void aColumnThatIsOursIsTakenUpAgain() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Migrations migrations = new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine());
            // A dump without comments.
            run(own.admin(), "COMMENT ON COLUMN block.git_sha IS NULL");
            run(own.admin(), "UPDATE git_memory.flyway_schema_history SET checksum = 0 WHERE script LIKE 'R__01%'");
            assertThat(migrations.preview().changes()).noneMatch(change -> change.startsWith("Fails"));
            migrations.migrate();
            assertThat(comment(own)).startsWith("The git commit that this row mirrors");
            // As a former version said it, and left it behind.
            run(own.admin(), "SELECT * FROM git_memory.uninstall()");
            run(
                    own.admin(),
                    "COMMENT ON COLUMN block.git_sha IS"
                            + " 'The git commit that this row mirrors; null while none of its agents is git-enabled'");
            migrations.migrate();
            assertThat(comment(own)).contains("pending until");
        }
    }

    private static String comment(GuardedDatabase own) throws SQLException {
        return string(
                own.admin(),
                "SELECT col_description(attrelid, attnum) FROM pg_attribute"
                        + " WHERE attrelid = 'block'::regclass AND attname = 'git_sha'");
    }

    /** Triggers' conditions and views that name a column would keep it from getting another type. */
    @Test
    void nothingOfOursDependsOnAColumnOfTheApplication() throws SQLException {
        assertThat(
                        strings(
                                db.admin(),
                                "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' on ' || a.attname"
                                        + " FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
                                        + " WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0"
                                        + " AND d.refobjid IN ('block'::regclass, 'blocks_agents'::regclass,"
                                        + " 'agents_tags'::regclass, 'agents'::regclass)"
                                        + " AND a.attname <> 'git_sha' AND d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass)"))
                .noneMatch(dependency -> dependency.contains("git_memory"));
    }
}
