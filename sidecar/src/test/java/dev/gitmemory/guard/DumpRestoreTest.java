package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** A dump goes into another database by PostgreSQL's own tools, where the machine has those of this server's version. */
@OnEveryTarget
class DumpRestoreTest extends GuardTest {

    private static final Pattern MAJOR = Pattern.compile("\\(PostgreSQL\\) ([0-9]+)");

    @TempDir
    Path folder;

    DumpRestoreTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @BeforeEach
    void findTools() throws SQLException, InterruptedException {
        String server = string(db.admin(), "SELECT current_setting('server_version_num')::integer / 10000");
        String tools;
        try {
            Matcher version = MAJOR.matcher(output(new ProcessBuilder("pg_dump", "--version")));
            tools = version.find() ? version.group(1) : "none";
        } catch (IOException e) {
            tools = "none"; // no such program, and so no such test
        }
        assumeTrue(server.equals(tools), "PostgreSQL is " + server + ", pg_dump here " + tools);
    }

    private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void tool(GuardedDatabase on, String program, String... args)
            throws IOException, InterruptedException {
        PGSimpleDataSource source = on.server().superuser(on.name());
        List<String> command = new ArrayList<>(List.of(
                program,
                "-h",
                source.getServerNames()[0],
                "-p",
                String.valueOf(source.getPortNumbers()[0]),
                "-U",
                String.valueOf(source.getUser()),
                "-d",
                on.name()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        if (source.getPassword() != null) {
            builder.environment().put("PGPASSWORD", source.getPassword());
        }
        output(builder);
    }

    private String dump(GuardedDatabase source) throws IOException, InterruptedException {
        String dump = folder.resolve("dump").toString();
        tool(source, "pg_dump", "-Fc", "-f", dump);
        return dump;
    }

    private void assertWhole(GuardedDatabase copy, Memory memory) throws SQLException {
        assertThat(string(
                        copy.admin(),
                        "SELECT string_agg(DISTINCT engine || ' ' || trigger_state, ',') FROM git_memory.guard"))
                .isEqualTo(target.engine().setting() + " ok");
        assertThat(string(copy.admin(), "SELECT count(*) FROM git_memory.drift"))
                .isEqualTo("0");
        Refusal.otherContent(memory)
                .ends(copy, () -> run(copy.admin(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        assertThat(new Migrations(copy.dataSource(), TableNames.DEFAULT, null).pending())
                .isEmpty();
    }

    @Test
    void theGuardIsInForceInADatabaseFromADump() throws SQLException, IOException, InterruptedException {
        try (GuardedDatabase source = target.fresh();
                GuardedDatabase copy = target.empty()) {
            Memory memory = new World(source).enabled();
            String dump = dump(source);
            tool(copy, "pg_restore", "--exit-on-error", dump);
            assertWhole(copy, memory);
        }
    }

    @Test
    void onlyIndexesAndTriggersAreMadeInParallel() throws SQLException, IOException, InterruptedException {
        try (GuardedDatabase source = target.fresh();
                GuardedDatabase copy = target.empty()) {
            Memory memory = new World(source).enabled();
            String dump = dump(source);
            tool(copy, "pg_restore", "--exit-on-error", "--section=pre-data", "--section=data", dump);
            tool(copy, "pg_restore", "--exit-on-error", "-j", "4", "--section=post-data", dump);
            assertWhole(copy, memory);
        }
    }

    @Test
    void dataAloneLeavesTriggersThatMigratePutsRight() throws SQLException, IOException, InterruptedException {
        try (GuardedDatabase source = target.fresh();
                GuardedDatabase copy = target.fresh()) {
            Memory memory = new World(source).enabled();
            String dump = dump(source);
            List<String> args = new ArrayList<>(List.of("--exit-on-error", "--data-only", "--disable-triggers"));
            for (String table :
                    List.of("organizations", "agents", "agents_tags", "block", "blocks_agents", "repo", "file")) {
                args.addAll(List.of("-t", table));
            }
            args.add(dump);
            tool(copy, "pg_restore", args.toArray(String[]::new));
            assertThat(string(copy.admin(), "SELECT count(*) FROM git_memory.guard WHERE trigger_state <> 'ok'"))
                    .isNotEqualTo("0");
            new Migrations(copy.dataSource(), TableNames.DEFAULT, null)
                    .creatingTables()
                    .migrate();
            assertWhole(copy, memory);
        }
    }

    @Test
    void migrateGivesOwnersAndRightsToWhatCameWithout() throws SQLException, IOException, InterruptedException {
        for (List<String> without :
                List.of(List.of("--no-owner"), List.of("--no-acl"), List.of("--no-owner", "--no-acl"))) {
            try (GuardedDatabase source = target.fresh();
                    GuardedDatabase copy = target.empty()) {
                Memory memory = new World(source).enabled();
                List<String> args = new ArrayList<>(without);
                args.add("--exit-on-error");
                args.add(dump(source));
                tool(copy, "pg_restore", args.toArray(String[]::new));
                Migrations migrations = new Migrations(copy.dataSource(), TableNames.DEFAULT, null);
                assertThat(migrations.defects()).as("%s", without).isNotEmpty();

                assertThat(migrations.migrate().defects()).as("%s", without).isEmpty();

                assertWhole(copy, memory);
                assertThat(string(
                                copy.admin(),
                                "SELECT has_table_privilege('git_memory_sidecar', 'git_memory.repo', 'UPDATE')"))
                        .isEqualTo("t");
            }
        }
    }
}
