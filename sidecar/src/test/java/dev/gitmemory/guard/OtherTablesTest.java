package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.OtherTablesException;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;

/** A database with the tables of two applications: a name that is forgotten never moves the guard from one to the other. */
@OnEveryTarget
class OtherTablesTest extends GuardTest {
    private static final String GUARDED =
            "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                    + " WHERE p.pronamespace = 'git_memory'::regnamespace AND t.tgrelid::regclass::text NOT LIKE 'git_memory.%'"
                    + " ORDER BY 1";
    private static final List<String> IN_LETTA =
            List.of("letta.agents", "letta.agents_tags", "letta.block", "letta.blocks_agents");

    OtherTablesTest(GuardTarget target) throws SQLException {
        super(target);
    }

    /** Tables in public and in letta, git-memory installed for the latter. */
    private GuardedDatabase twoApplications() throws SQLException {
        GuardedDatabase own = target.empty();
        run(own.admin(), Resources.existingApplication());
        run(own.admin(), "CREATE SCHEMA letta");
        run(own.admin(), "SET search_path = letta");
        run(own.admin(), Resources.existingApplication());
        run(own.admin(), "RESET search_path");
        migrations(own, Map.of("app_schema", "letta")).migrate();
        return own;
    }

    private Migrations migrations(GuardedDatabase own, Map<String, String> given) {
        return new Migrations(own.dataSource(), GivenTableNames.of(given), target.engine());
    }

    private void flyway(GuardedDatabase own, TableNames names) {
        Map<String, String> placeholders = new HashMap<>(names.placeholders());
        placeholders.put("guard", target.engine().setting());
        Flyway.configure()
                .dataSource(own.dataSource())
                .locations("classpath:db/migration")
                .defaultSchema("git_memory")
                .placeholders(placeholders)
                .load()
                .migrate();
    }

    @Test
    void whatIsNotGivenIsAsInstalled() throws SQLException {
        try (GuardedDatabase own = twoApplications()) {
            assertThat(migrations(own, Map.of()).pending()).isEmpty();
            assertThat(migrations(own, Map.of()).migrate().applied()).isEmpty();
            assertThat(migrations(own, Map.of()).defects()).isEmpty();
            assertThat(migrations(own, Map.of("app_schema", "letta")).migrate().applied())
                    .isEmpty();
            assertThat(migrations(own, Map.of()).tables().schema()).isEqualTo("letta");
            assertThat(strings(own.admin(), GUARDED)).isEqualTo(IN_LETTA);
        }
    }

    @Test
    void othersAreRefusedWhileThoseThatAreGuardedAreThere() throws SQLException {
        try (GuardedDatabase own = twoApplications()) {
            List<String> before = SchemaSnapshot.of(own);
            Migrations elsewhere = migrations(own, Map.of("app_schema", "public"));
            for (Runnable command :
                    List.<Runnable>of(elsewhere::migrate, elsewhere::preview, elsewhere::defects, elsewhere::pending)) {
                assertThatThrownBy(command::run)
                        .isInstanceOf(OtherTablesException.class)
                        .hasMessageStartingWith(
                                "git-memory is installed for the tables of schema letta; other names were given, and the tables that it"
                                        + " guards still exist: block, blocks_agents, agents_tags, agents. Give --app-schema letta, or none");
            }
            run(own.admin(), "CREATE TABLE letta.other AS TABLE letta.block");
            assertThatThrownBy(() ->
                            migrations(own, Map.of("blocks_table", "other")).migrate())
                    .hasMessageContaining("guards still exist: block. Give --blocks-table block, or none");
            assertThatThrownBy(() -> migrations(own, Map.of("organizations_table", "other"))
                            .migrate())
                    .hasMessageContaining("guards still exist: organizations.");
            run(own.admin(), "DROP TABLE letta.other");
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
        }
    }

    @Test
    void soTheScriptSaysToStockFlyway() throws SQLException {
        try (GuardedDatabase own = twoApplications()) {
            List<String> before = SchemaSnapshot.of(own);
            assertThatThrownBy(() -> flyway(own, TableNames.DEFAULT))
                    .isInstanceOf(FlywayException.class)
                    .hasMessageContaining("git-memory is installed for other tables: letta.block, letta.blocks_agents,"
                            + " letta.agents_tags, letta.agents");
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
            assertThat(string(own.admin(), "SELECT app_schema FROM git_memory.installation"))
                    .isEqualTo("letta");
        }
    }

    @Test
    void aRenamingIsToldByTheNewNames() throws SQLException {
        try (GuardedDatabase own = twoApplications()) {
            run(own.admin(), "ALTER SCHEMA letta RENAME TO memory");
            run(own.admin(), "ALTER TABLE memory.block RENAME TO memory_block");
            assertThatThrownBy(() -> migrations(own, Map.of()).migrate())
                    .as("nothing is guessed")
                    .hasMessageContaining("letta");
            Map<String, String> renamed = Map.of("app_schema", "memory", "blocks_table", "memory_block");
            migrations(own, renamed).migrate();
            assertThat(migrations(own, Map.of()).defects()).isEmpty();
            assertThat(strings(own.admin(), GUARDED))
                    .containsExactly(
                            "memory.agents", "memory.agents_tags", "memory.blocks_agents", "memory.memory_block");

            run(own.admin(), "ALTER TABLE memory.memory_block RENAME TO block");
            run(own.admin(), "CREATE TABLE memory.memory_block (id text)");
            flyway(own, migrations(own, Map.of("blocks_table", "block")).tables());
            assertThat(migrations(own, Map.of()).defects())
                    .as("another table has taken the former name")
                    .isEmpty();
        }
    }

    @Test
    void aDryRunNamesTheTablesThatTheGuardWouldLeave() throws SQLException {
        try (GuardedDatabase own = twoApplications()) {
            run(own.admin(), "ALTER TABLE letta.block RENAME TO block_until_monday");
            run(own.admin(), "CREATE TABLE letta.memory_block (LIKE letta.block_until_monday)");
            assertThat(migrations(own, Map.of("blocks_table", "memory_block"))
                            .preview()
                            .changes())
                    .anyMatch(line -> line.startsWith("Drops the guard's triggers on letta.block_until_monday"));
        }
    }
}
