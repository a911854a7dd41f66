package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.SuperuserNeededException;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;

/** An installation whose schema was renamed is not taken for none. */
@OnEveryTarget
class RenamedSchemaTest extends GuardTest {

    RenamedSchemaTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private List<String> remedies(Runnable command) {
        SuperuserNeededException refusal = catchThrowableOfType(SuperuserNeededException.class, command::run);
        assertThat(refusal)
                .hasMessageStartingWith("The schema git_memory was renamed")
                .hasMessageContaining("Nothing was changed");
        return refusal.remedies();
    }

    private void flyway(GuardedDatabase own) {
        Map<String, String> placeholders = new HashMap<>(TableNames.DEFAULT.placeholders());
        placeholders.put("guard", target.engine().setting());
        Flyway.configure()
                .dataSource(own.dataSource())
                .locations("classpath:db/migration")
                .defaultSchema("git_memory")
                .placeholders(placeholders)
                .load()
                .migrate();
    }

    private void isSoundAfter(List<String> remedies, GuardedDatabase own, Memory memory) throws SQLException {
        for (String remedy : remedies) {
            run(own.admin(), remedy);
        }
        assertThat(migrations(own).defects()).isEmpty();
        assertThat(migrations(own).migrate().applied()).isEmpty();
        assertThat(strings(own.admin(), "SELECT agent_id FROM git_memory.repo")).hasSize(1);
        Refusal.otherContent(memory)
                .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
    }

    @Test
    void itIsToldAndComesBackByWhatIsPrinted() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "ALTER SCHEMA git_memory RENAME TO gm2");
            List<String> before = SchemaSnapshot.of(own);
            Migrations migrations = migrations(own);
            for (Runnable command : List.<Runnable>of(
                    migrations::isInstalled, migrations::defects, migrations::preview, migrations::migrate)) {
                assertThat(remedies(command)).containsExactly("ALTER SCHEMA gm2 RENAME TO git_memory;");
            }
            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
            isSoundAfter(List.of("ALTER SCHEMA gm2 RENAME TO git_memory;"), own, memory);
        }
    }

    @Test
    void soItIsWithoutTriggersAndByStockFlyway() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "ALTER SCHEMA git_memory RENAME TO gm2");
            assertThatThrownBy(() -> flyway(own))
                    .isInstanceOf(FlywayException.class)
                    .hasMessageContaining(
                            "The schema git_memory was renamed: the application's triggers call git-memory in gm2");
            isSoundAfter(remedies(migrations(own)::migrate), own, memory);

            run(own.admin(), "ALTER SCHEMA git_memory RENAME TO gm2");
            for (String drop : strings(
                    own.admin(),
                    "SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) FROM pg_trigger t"
                            + " JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace"
                            + " AND t.tgname LIKE 'git\\_memory%'")) {
                run(own.admin(), drop);
            }
            assertThat(remedies(migrations(own)::migrate)).containsExactly("ALTER SCHEMA gm2 RENAME TO git_memory;");
            run(own.admin(), "ALTER TABLE gm2.installation RENAME TO former_installation");
            assertThat(migrations(own).isInstalled()).isFalse();
        }
    }

    @Test
    void whoseTriggersWereTakenByAnotherInstallationIsNotForgotten() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "ALTER SCHEMA git_memory RENAME TO gm2");
            run(own.admin(), "CREATE SCHEMA git_memory; CREATE TABLE git_memory.installation ()");
            assertThat(remedies(migrations(own)::migrate))
                    .containsExactly(
                            "ALTER SCHEMA git_memory RENAME TO git_memory_beside;",
                            "ALTER SCHEMA gm2 RENAME TO git_memory;");
            isSoundAfter(remedies(migrations(own)::migrate), own, memory);
        }
    }

    @Test
    void othersTablesAndTriggersOfSuchNamesAreNone() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            String app = own.createRole("owner", "");
            run(own.admin(), "CREATE SCHEMA theirs AUTHORIZATION " + app + "; SET ROLE " + app);
            for (String table : List.of("installation", "repo", "file", "commit", "intent")) {
                run(own.admin(), "CREATE TABLE theirs." + table + " (id text)");
            }
            run(own.admin(), "RESET ROLE");
            run(
                    own.admin(),
                    "CREATE FUNCTION git_memory_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                            + " CREATE TRIGGER git_memory_archive BEFORE INSERT ON block FOR EACH ROW"
                            + " EXECUTE FUNCTION git_memory_guard()");
            assertThat(migrations(own).isInstalled()).isFalse();
            run(own.admin(), "DROP TRIGGER git_memory_archive ON block");
            assertThat(migrations(own).migrate().defects()).isEmpty();
        }
    }
}
