package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.MigrationException;
import dev.gitmemory.postgres.Migrations;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A table of another name keeps its triggers, and what is told of it never takes them away. */
@OnEveryTarget
class RenamedTablesTest extends GuardTest {
    private static final Pattern OPTION = Pattern.compile(" --([a-z-]+) (?:'([^']*)'|(\\w+))");

    RenamedTablesTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private Migrations migrations(GuardedDatabase own, Map<String, String> given) {
        return new Migrations(own.dataSource(), GivenTableNames.of(given), target.engine());
    }

    /** The command as printed, run. */
    private void migrateAsPrinted(GuardedDatabase own, String command) {
        Map<String, String> given = new HashMap<>();
        Matcher option = OPTION.matcher(command);
        while (option.find()) {
            given.put(option.group(1).replace('-', '_'), option.group(2) == null ? option.group(3) : option.group(2));
        }
        assertThat(migrations(own, given).migrate().defects()).isEmpty();
    }

    private List<String> remedies(GuardedDatabase own) {
        return migrations(own, Map.of()).defects().stream()
                .map(defect -> String.valueOf(defect.remedy()))
                .distinct()
                .toList();
    }

    private void isMended(String renaming, String state, String command, String table) throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), renaming);

            List<Defect> defects = migrations(own, Map.of()).defects();
            assertThat(defects).anyMatch(defect -> defect.toString().contains(state));
            assertThat(remedies(own)).as("%s", defects).containsExactly(command);
            assertThatThrownBy(() -> migrations(own, Map.of()).migrate())
                    .as("nothing is guessed")
                    .isInstanceOf(MigrationException.class);
            String write = "UPDATE %s SET value = 'x' WHERE id = ?".formatted(table);
            assertThatThrownBy(() -> run(own.admin(), write, memory.block()))
                    .as("it fails")
                    .isInstanceOf(SQLException.class);

            migrateAsPrinted(own, command);

            assertThat(migrations(own, Map.of()).defects()).isEmpty();
            Refusal.otherContent(memory).ends(own, () -> run(own.admin(), write, memory.block()));
        }
    }

    @Test
    void aRenamedTableIsMendedByItsName() throws SQLException {
        isMended(
                "ALTER TABLE block RENAME TO blocks",
                "TABLE public.block: missing; git-memory's triggers are on public.blocks: was it renamed?",
                "git-memory migrate --blocks-table blocks",
                "blocks");
    }

    @Test
    void soAreAllFourAtOnce() throws SQLException {
        isMended(
                "ALTER TABLE block RENAME TO \"my blocks\"; ALTER TABLE blocks_agents RENAME TO links;"
                        + " ALTER TABLE agents_tags RENAME TO tags; ALTER TABLE agents RENAME TO agent",
                "TABLE public.agents: missing; git-memory's triggers are on public.agent: was it renamed?",
                "git-memory migrate --agents-table agent --agents-tags-table tags --blocks-table 'my blocks'"
                        + " --blocks-agents-table links",
                "\"my blocks\"");
    }

    @Test
    void theTableBehindAViewThatTookItsPlaceIsNamed() throws SQLException {
        isMended(
                "ALTER TABLE block RENAME TO block_base; CREATE VIEW block AS SELECT * FROM block_base",
                "TABLE public.block: a view, and only the table behind it can be guarded; git-memory's triggers are on"
                        + " public.block_base",
                "git-memory migrate --blocks-table block_base",
                "block");
    }

    @Test
    void aRenamedSchemaIsMendedByItsName() throws SQLException {
        isMended(
                "ALTER SCHEMA public RENAME TO letta_app",
                "TABLE public.block: missing; git-memory's triggers are on letta_app.block: was it renamed?",
                "git-memory migrate --app-schema letta_app",
                "letta_app.block");
    }

    @Test
    void aTableOfAnotherSchemaIsBroughtBack() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "CREATE SCHEMA elsewhere; ALTER TABLE block SET SCHEMA elsewhere");
            assertThat(remedies(own)).containsExactly("ALTER TABLE elsewhere.block SET SCHEMA public;");
            run(own.admin(), "ALTER TABLE elsewhere.block SET SCHEMA public;");
            assertThat(migrations(own, Map.of()).defects()).isEmpty();
        }
    }

    @Test
    void aTableThatIsGoneIsTheApplicationsMatter() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "DROP TABLE agents_tags CASCADE");
            assertThat(migrations(own, Map.of()).defects())
                    .anyMatch(defect -> defect.toString().equals("TABLE public.agents_tags: missing")
                            && defect.mender() == Defect.Mender.APPLICATION)
                    .noneMatch(defect -> String.valueOf(defect.remedy()).startsWith("DROP "));
        }
    }

    @Test
    void aTableThatTookAnothersPlaceIsGuardedByMigratingAgain() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "ALTER TABLE block RENAME TO block_old");
            run(own.admin(), "CREATE TABLE block (LIKE block_old INCLUDING ALL)");
            List<Defect> defects = migrations(own, Map.of()).defects();
            assertThat(defects)
                    .anyMatch(defect -> defect.toString()
                            .equals("TRIGGER git_memory_guard_update ON public.block_old: not git-memory's"))
                    .as("what is said to be a superuser's: %s", defects)
                    .allMatch(defect -> defect.mender() == Defect.Mender.MIGRATING);
            assertThat(migrations(own, Map.of()).migrate().defects()).isEmpty();
            assertThat(strings(
                            own.admin(),
                            "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                                    + " WHERE p.proname = 'gate_row'"))
                    .containsExactly("block");
        }
    }
}
