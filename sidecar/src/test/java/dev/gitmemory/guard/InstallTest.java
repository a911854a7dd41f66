package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationException;
import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;

/** Installing on a database that has an application in it, and taking it away again. */
@OnEveryTarget
class InstallTest extends GuardTest {
    private static final String ROWS =
            "SELECT string_agg((to_jsonb(b) - 'git_sha')::text, ' ' ORDER BY id) FROM block b";

    InstallTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void leavesTheApplicationsTablesAsTheyAre() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            List<String> before = SchemaSnapshot.of(own);
            String rows = string(own.admin(), ROWS);

            MigrationReport report = migrations(own).migrate();

            assertThat(report.guard().engine()).isEqualTo(target.engine());
            assertThat(definitions(SchemaSnapshot.of(own)))
                    .containsAll(definitions(before))
                    .filteredOn(line -> !definitions(before).contains(line))
                    .containsExactly("column block.git_sha text false   The git commit that this row mirrors;"
                            + " pending until a sidecar takes its tagged agent over; null otherwise");
            assertThat(string(own.admin(), ROWS)).isEqualTo(rows);
        }
    }

    @Test
    void rowsAreMarkedByTheGuardsOwnerWhoeverMigrates() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            run(own.admin(), "INSERT INTO agents (id, organization_id) SELECT 'tagged', min(id) FROM organizations");
            run(
                    own.admin(),
                    "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                            + " SELECT 'block-tagged', 'persona', 'x', 10, min(id) FROM organizations");
            run(own.admin(), "INSERT INTO blocks_agents VALUES ('tagged', 'block-tagged', 'persona')");
            run(own.admin(), "INSERT INTO agents_tags VALUES ('tagged', 'git-memory-enabled')");
            run(own.admin(), "CREATE TABLE writer (name text)");
            run(own.admin(), "GRANT INSERT ON writer TO PUBLIC");
            run(
                    own.admin(),
                    "CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS"
                            + " 'BEGIN INSERT INTO public.writer VALUES (current_user); RETURN NEW; END'");
            run(
                    own.admin(),
                    "CREATE TRIGGER note_writer BEFORE UPDATE ON block FOR EACH ROW EXECUTE FUNCTION note_writer()");

            migrations(own).migrate();
            assertThat(strings(own.admin(), "SELECT git_sha FROM block WHERE id = 'block-tagged'"))
                    .containsExactly("pending");
            assertThat(strings(own.admin(), "SELECT name FROM writer")).containsExactly("git_memory_owner");

            String tables = own.createRole("tables", "");
            run(own.admin(), "ALTER TABLE block OWNER TO " + tables);
            run(own.admin(), "DELETE FROM writer");
            migrations(own).uninstall(false, false);
            assertThat(strings(own.admin(), "SELECT name FROM writer")).containsExactly(tables);
            run(own.admin(), "UPDATE block SET git_sha = 'left' WHERE id = 'block-tagged'");
            run(own.admin(), "DELETE FROM writer");
            migrations(own).migrate();
            assertThat(strings(own.admin(), "SELECT git_sha FROM block WHERE id = 'block-tagged'"))
                    .containsExactly("pending");
            assertThat(strings(own.admin(), "SELECT name FROM writer")).containsExactly("git_memory_owner");
        }
    }

    /** Columns, keys and indexes, without the rights that git-memory's roles have to them. */
    private static List<String> definitions(List<String> lines) {
        return lines.stream()
                .filter(line -> Stream.of("column ", "constraint ", "index ").anyMatch(line::startsWith))
                .filter(line -> !line.contains("git_memory."))
                .map(line -> line.replaceAll("\\{git_memory_owner[^}]*\\}", ""))
                .toList();
    }

    @Test
    void saysBeforehandWhatItWouldChangeAndChangesNothing() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            List<String> before = SchemaSnapshot.of(own);

            var preview = migrations(own).preview();

            assertThat(preview.pending()).endsWith("R__14_state.sql").first().isEqualTo("V001__application_tables.sql");
            assertThat(preview.changes())
                    .contains("Adds the column git_sha to \"public\".\"block\".")
                    .noneMatch(change -> change.contains("Creates the table"))
                    .anyMatch(change -> change.startsWith("Installs the guard in "));
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);

            assertThat(new Migrations(own.dataSource(), TableNames.DEFAULT, GuardEngine.PLJAVA)
                            .preview()
                            .changes())
                    .last(InstanceOfAssertFactories.STRING)
                    .startsWith(
                            target.server().offersPlJava()
                                    ? "Installs the guard in PL/Java."
                                    : "Fails: this server does not have PL/Java");

            migrations(own).migrate();
            assertThat(migrations(own).preview().changes()).isEmpty();
        }
    }

    @Test
    void stockFlywayRunsTheScriptsWithLocationsAndPlaceholdersOnly() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            assertThatThrownBy(() -> stockFlyway(own).load().migrate())
                    .hasMessageContaining("has none of the application's tables")
                    .hasMessageContaining("SET git_memory.create_tables = on");

            stockFlyway(own).initSql("SET git_memory.create_tables = on").load().migrate();

            assertThat(string(own.admin(), "SELECT array_to_string(made_tables, ' ') FROM git_memory.installation"))
                    .startsWith("public.block public.blocks_agents ");
            assertThat(string(own.admin(), "SELECT guard_engine FROM git_memory.installation"))
                    .isEqualTo(target.engine().setting());
            assertThat(strings(own.admin(), "SELECT DISTINCT trigger_state FROM git_memory.guard"))
                    .containsExactly("ok");
        }
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            // A schema with tables and without history is a case for Flyway's own rules, unless it keeps its history
            // where ours is kept.
            stockFlyway(own).defaultSchema("git_memory").load().migrate();

            assertThat(migrations(own).pending()).isEmpty();
            Memory memory = new World(own).enabled();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    private FluentConfiguration stockFlyway(GuardedDatabase own) {
        return Flyway.configure()
                .dataSource(own.dataSource())
                .locations("classpath:db/migration")
                .placeholders(Map.of(
                        "app_schema", "public",
                        "blocks_table", "block",
                        "blocks_agents_table", "blocks_agents",
                        "agents_tags_table", "agents_tags",
                        "blocks_tags_table", "blocks_tags",
                        "agents_table", "agents",
                        "organizations_table", "organizations",
                        "guard", target.engine().setting()));
    }

    @Test
    void aSchemaThatADumpHasBroughtIsNotPlJava() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "CREATEROLE");
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            run(own.admin(), "CREATE SCHEMA sqlj");
            run(own.admin(), "GRANT USAGE ON SCHEMA sqlj TO PUBLIC");
            boolean isThere = !strings(own.admin(), "SELECT name FROM pg_available_extensions WHERE name = 'pljava'")
                    .isEmpty();
            assertThat(new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.PLJAVA)
                            .preview()
                            .changes())
                    .last(InstanceOfAssertFactories.STRING)
                    .startsWith("Fails: ")
                    .contains(isThere ? "CREATE EXTENSION pljava;" : "this server does not have PL/Java");
        }
    }

    @Test
    void aRoleThatOwnsTheTablesIsEnough() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            String owner = own.createRole("owner", "IN ROLE git_memory_owner");
            run(own.admin(), "GRANT CREATE ON DATABASE " + own.name() + " TO " + owner);
            run(own.admin(), "GRANT ALL ON SCHEMA public TO " + owner);
            try (var connection = own.source(owner).getConnection()) {
                run(connection, Resources.existingApplication());
            }
            if (target.engine() == GuardEngine.PLJAVA) {
                Migrations asked = new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.PLJAVA);
                Migrations auto = new Migrations(own.source(owner), TableNames.DEFAULT, GuardEngine.AUTO);
                List<String> remedies = List.of(
                        "CREATE EXTENSION pljava;",
                        "GRANT USAGE ON SCHEMA sqlj TO " + owner + ", git_memory_owner;",
                        "GRANT USAGE ON LANGUAGE java TO " + owner + ";");
                for (int given = 0; given < remedies.size(); given++) {
                    List<String> missing = remedies.subList(given, remedies.size());
                    assertThatExceptionOfType(SuperuserNeededException.class)
                            .isThrownBy(asked::migrate)
                            .satisfies(e -> assertThat(e.remedies()).isEqualTo(missing));
                    assertThatExceptionOfType(SuperuserNeededException.class)
                            .isThrownBy(asked::preview)
                            .satisfies(e -> assertThat(e.remedies()).isEqualTo(missing));
                    assertThat(auto.preview().changes())
                            .last(InstanceOfAssertFactories.STRING)
                            .startsWith("Installs the guard in PL/pgSQL: ")
                            .contains(missing.get(0));
                    run(own.admin(), missing.get(0));
                }
                assertThat(auto.preview().changes())
                        .last(InstanceOfAssertFactories.STRING)
                        .startsWith("Installs the guard in PL/Java ");
            }

            new Migrations(own.source(owner), TableNames.DEFAULT, target.engine()).migrate();

            Memory memory = new World(own).enabled();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            new Migrations(own.source(owner), TableNames.DEFAULT, target.engine()).uninstall(true, false);
        }
    }

    @Test
    void aDryRunIsRefusedWhatMigrateIsRefused() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            String role = own.createRole("migrating", "");
            Migrations asked = new Migrations(own.source(role), TableNames.DEFAULT, GuardEngine.PLPGSQL);
            List<String> before = SchemaSnapshot.of(own);

            for (String remedy : List.of(
                    "GRANT CREATE ON DATABASE " + own.name() + " TO " + role,
                    "GRANT git_memory_owner TO " + role,
                    "ALTER TABLE block OWNER TO " + role,
                    "ALTER TABLE blocks_agents OWNER TO " + role,
                    "ALTER TABLE agents_tags OWNER TO " + role,
                    "ALTER TABLE agents OWNER TO " + role)) {
                SuperuserNeededException refusal = catchThrowableOfType(SuperuserNeededException.class, asked::preview);

                assertThat(refusal).as("before %s", remedy).isNotNull();
                assertThatThrownBy(asked::migrate)
                        .isInstanceOf(SuperuserNeededException.class)
                        .hasMessage(refusal.getMessage());
                run(own.admin(), remedy);
            }
            run(own.admin(), "ALTER TABLE blocks_tags OWNER TO " + role);
            run(own.admin(), "ALTER TABLE organizations OWNER TO " + role);
            run(own.admin(), "GRANT ALL ON SCHEMA public TO " + role);

            assertThat(asked.preview().refusal()).isNull();
            assertThat(definitions(SchemaSnapshot.of(own))).isEqualTo(definitions(before));
            assertThat(asked.migrate().applied()).isNotEmpty();
        }
    }

    @Test
    void makesTheApplicationsTablesOnlyWhenToldTo() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            List<String> before = SchemaSnapshot.of(own);
            assertThatThrownBy(() -> migrations(own).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining(
                            "Schema \"public\" of database \"" + own.name() + "\" has none of the application's")
                    .hasMessageContaining("No other schema of this database has tables of such names.")
                    .hasMessageContaining("--create-tables");
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);

            MigrationReport report = migrations(own).creatingTables().migrate();

            assertThat(report.applied()).contains("V001__application_tables.sql");
            assertThat(migrations(own).uninstall(true, false))
                    .contains("The application's tables that migrate has made stay, with their rows: public.block,"
                            + " public.blocks_agents, public.agents_tags, public.blocks_tags, public.agents,"
                            + " public.organizations.");
            assertThat(migrations(own).migrate().applied()).isNotEmpty();
        }
    }

    @Test
    void namesTheSchemasThatHaveTheTablesWhichItMisses() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            TableNames elsewhere = new TableNames(
                    "letta", "block", "blocks_agents", "agents_tags", "blocks_tags", "agents", "organizations");

            assertThatThrownBy(() -> new Migrations(own.dataSource(), elsewhere, target.engine()).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Schema \"letta\" of database")
                    .hasMessageContaining("Tables of such names are in schema public (agents, agents_tags, block,"
                            + " blocks_agents, blocks_tags, organizations).")
                    .hasMessageContaining("--app-schema");
        }
    }

    @Test
    void makesNoTableBesideThoseOfAnApplication() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            run(own.admin(), "DROP TABLE blocks_tags");
            List<String> before = SchemaSnapshot.of(own);

            assertThatThrownBy(() -> migrations(own).creatingTables().migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Only some of the application's tables exist in schema \"public\"")
                    .hasMessageContaining("Missing: blocks_tags_table = blocks_tags.");

            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
        }
    }

    @Test
    void aMistypedTableNameInstallsNothing() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            List<String> before = SchemaSnapshot.of(own);
            TableNames mistyped = new TableNames(
                    "public", "blokc", "blocks_agents", "agents_tags", "blocks_tags", "agents", "organizations");

            assertThatThrownBy(() -> new Migrations(own.dataSource(), mistyped, target.engine()).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Missing: blocks_table = blokc.");

            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
        }
    }

    @Test
    void anApplicationThatIsTooOldInstallsNothing() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            run(own.admin(), "ALTER TABLE block DROP COLUMN read_only, ALTER COLUMN metadata_ TYPE text");
            List<String> before = SchemaSnapshot.of(own);

            assertThatThrownBy(() -> migrations(own).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Missing: block.read_only.")
                    .hasMessageContaining("block.metadata_ is text, not one of json");

            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
        }
    }
}
