package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.StoreUse;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code sync --all} and {@code verify --all}. */
class CompareAllTest {

    /** More than are compared at a time. */
    private static final int AGENTS = 40;

    @TempDir
    Path folder;

    private EmbeddedDatabase database;
    private Application application;
    private Map<String, String> environment;

    @BeforeEach
    void start() throws SQLException {
        database = EmbeddedDatabase.migrated();
        application = new Application(database.dataSource());
        environment = new HashMap<>(Map.of(
                "GIT_MEMORY_DB_URL", database.jdbcUrl(),
                "GIT_MEMORY_DB_USER", database.sidecarRole(),
                "GIT_MEMORY_STORE", folder.resolve("store").toUri().toString()));
    }

    private static String agent(int number) {
        return "agent-%02d".formatted(number);
    }

    private void agents() {
        for (int i = 0; i < AGENTS; i++) {
            application.createAgent(agent(i));
            application.createBlock(agent(i), "block-" + i, "persona", "v");
        }
        Cli.Run enabled = Cli.run(
                environment,
                IntStream.range(-1, AGENTS)
                        .mapToObj(i -> i < 0 ? "enable" : agent(i))
                        .toArray(String[]::new));
        assertThat(enabled.exitCode()).as(enabled.err()).isZero();
    }

    private void change(int agent) throws SQLException {
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id = 'block-" + agent + "'",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");
    }

    @Test
    void thoseThatDifferAreNamedAndMendedAndTheExitCodeTells() throws SQLException {
        agents();
        Cli.Run equal = Cli.run(environment, "verify", "--all");
        assertThat(equal.exitCode()).isZero();
        assertThat(equal.out())
                .contains("\n40 agents compared, 0 differed, 0 failed, ")
                .endsWith("/s\n");
        change(3);
        change(38);

        Cli.Run verified = Cli.run(environment, "verify", "--all");
        assertThat(verified.exitCode()).isEqualTo(3);
        assertThat(verified.out())
                .contains("agent-03: found 1 difference", "agent-38: found 1 difference")
                .contains("40 agents compared, 2 differed, 0 failed");
        Cli.Run dryRun = Cli.run(environment, "sync", "--all", "--dry-run");
        assertThat(dryRun.exitCode()).isEqualTo(3);
        assertThat(dryRun.out()).contains("agent-38: nothing was changed; 1 difference", "2 differed");

        Cli.Run rest = Cli.run(environment, "sync", "--all", "--after", "agent-03");
        assertThat(rest.exitCode()).isZero();
        assertThat(rest.out()).doesNotContain("agent-03").contains("agent-38: mended 1", "36 agents compared");
        Cli.Run all = Cli.run(environment, "sync", "--all");
        assertThat(all.exitCode()).isZero();
        assertThat(all.out()).contains("agent-03: mended 1", "40 agents compared, 1 differed");
        assertThat(application.query("SELECT FROM block WHERE value = 'strange'"))
                .isEmpty();
    }

    @Test
    void oneThatCantBeComparedIsNamedAndHoldsUpNoOther() throws SQLException, IOException {
        agents();
        PathUtils.deleteDirectory(folder.resolve("store").resolve("org-1").resolve(agent(5)));
        change(39);
        Cli.Run synced = Cli.run(environment, "sync", "--all");
        assertThat(synced.exitCode()).isEqualTo(1);
        assertThat(synced.out())
                .contains("agent-05: Agent agent-05: PostgreSQL equals entry 1 of the log", "storage ends at entry 0")
                .contains("agent-39: mended 1", "40 agents compared, 1 differed, 1 failed");
    }

    @Test
    void soIsOneOfSeveralThatAreNamed() throws SQLException, IOException {
        agents();
        PathUtils.deleteDirectory(folder.resolve("store").resolve("org-1").resolve(agent(5)));
        change(39);
        for (String command : List.of("verify", "sync")) {
            Cli.Run run = Cli.run(environment, command, agent(5), "nobody", agent(39), agent(1));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("agent-05: Agent agent-05: PostgreSQL equals entry 1 of the log")
                    .contains("nobody: There is no agent 'nobody'");
            assertThat(run.out()).contains("agent-39: ", " 1 difference", "agent-01: PostgreSQL equals git");
        }
        assertThat(application.query("SELECT FROM block WHERE value = 'strange'"))
                .isEmpty();
    }

    @Test
    void whoIsStoppedSaysWhereToGoOn() throws IOException {
        agents();
        VerifyCommand command = new VerifyCommand();
        new CommandLine(command)
                .parseArgs(
                        "--all",
                        "--db-url=" + environment.get("GIT_MEMORY_DB_URL"),
                        "--db-user=" + environment.get("GIT_MEMORY_DB_USER"),
                        "--store=" + environment.get("GIT_MEMORY_STORE"));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(err, true, StandardCharsets.UTF_8);
        AtomicInteger asked = new AtomicInteger();
        try (OpenMemory open = command.options.open(StoreUse.READ, new Console(printed, printed))) {
            assertThat(new ComparisonOfAll(
                                    command,
                                    open.memory(),
                                    new Console(printed, printed),
                                    () -> asked.incrementAndGet() > 1)
                            .run(""))
                    .isEqualTo(ExitCode.FAILED);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("32 agents compared, 0 differed")
                .endsWith("Stopped; go on with --all --after 'agent-31'\n");
        assertThat(Cli.run(environment, "verify", "--all", "--after", "agent-31")
                        .out())
                .contains("\n8 agents compared");
    }

    /** Ctrl-C reaches it while it waits for the rows of an agent of the first 32. */
    @Test
    void ctrlCEndsItWithSigintsExitCodeAndTheNextRunGoesOnOrBeginsAnew() throws Exception {
        agents();
        change(3);
        change(38);
        try (Connection holder = database.dataSource().getConnection();
                CliProcess sync = CliProcess.start(environment, "sync", "--all")) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("SELECT FROM git_memory.repo WHERE agent_id = '" + agent(5) + "' FOR UPDATE");
                awaitWaiting(sync);
            }
            sync.interrupt();
            assertThat(sync.errorLine()).isEqualTo("Asked to stop: waits for the agents that are under way.");
            holder.rollback();
            assertThat(sync.errorLines().stream().reduce((first, last) -> last))
                    .hasValueSatisfying(last -> assertThat(last)
                            .startsWith("32 agents compared, 1 differed, 0 failed, ")
                            .endsWith("Stopped; go on with --all --after 'agent-31'"));
            assertThat(sync.exitCode()).isEqualTo(128 + 2);
        }
        assertThat(application.query("SELECT id FROM block WHERE value = 'strange'"))
                .containsExactly(Map.of("id", "block-38"));

        assertThat(Cli.run(environment, "sync", "--all", "--after", "agent-31").out())
                .contains("\nagent-38: mended 1")
                .contains("8 agents compared, 1 differed, 0 failed");
        assertThat(Cli.run(environment, "sync", "--all").out()).contains("\n40 agents compared, 0 differed, 0 failed");
        assertThat(application.query("SELECT FROM git_memory.drift")).isEmpty();
    }

    /** Returns when PostgreSQL shows that the process waits for a lock. */
    private void awaitWaiting(CliProcess process) {
        while (application
                .query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .isEmpty()) {
            assertThat(process.isAlive()).as("the process waits").isTrue();
        }
    }

    @Test
    void whatMakesNoSenseIsRefusedBeforeAnythingIsDone() throws IOException {
        for (String command : new String[] {"sync", "verify"}) {
            Cli.Run none = Cli.run(environment, command);
            assertThat(none.exitCode()).isEqualTo(2);
            assertThat(none.err()).contains("missing the ids of agents, or --all");
            Cli.Run both = Cli.run(environment, command, "--all", "a");
            assertThat(both.exitCode()).isEqualTo(2);
            assertThat(both.err()).contains("--all and ids of agents exclude each other");
            Cli.Run after = Cli.run(environment, command, "a", "--after", "b");
            assertThat(after.exitCode()).isEqualTo(2);
            assertThat(after.err()).contains("--after is for --all");
            assertThat(Cli.run(environment, command, "--help").out())
                    .contains("--all", "--after=AGENT")
                    .containsPattern("exit\\s+code 1");
        }
        Files.createDirectories(Path.of(URI.create(String.valueOf(environment.get("GIT_MEMORY_STORE")))));
        assertThat(Cli.run(environment, "sync", "--all").out()).contains("\n0 agents compared");
    }
}
