package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A database, a store in a folder, and the commands that bring memory in and out. */
abstract class TransferTest {

    @TempDir
    Path folder;

    EmbeddedDatabase database;
    Application application;
    Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() throws SQLException {
        database = EmbeddedDatabase.migrated();
        application = new Application(database.dataSource());
        point();
        environment.put("GIT_MEMORY_STORE", store().toUri().toString());
    }

    /** As after the loss of the old one. */
    void useNewDatabase() throws SQLException {
        database = EmbeddedDatabase.migrated();
        application = new Application(database.dataSource());
        point();
    }

    private void point() throws SQLException {
        environment.put("GIT_MEMORY_DB_URL", database.jdbcUrl());
        environment.put("GIT_MEMORY_DB_USER", database.sidecarRole());
    }

    Path store() {
        return folder.resolve("store");
    }

    /** Where the entries of an agent's log are. */
    Path log(String agentId) {
        return store().resolve("org-1").resolve(agentId).resolve("repo.git/log");
    }

    Cli.Run run(String command, Object... args) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        Stream.of(args).map(String::valueOf).forEach(words::add);
        return Cli.run(environment, words.toArray(String[]::new));
    }

    /** Runs a command that has to do what it was asked. */
    String ok(String command, Object... args) {
        Cli.Run run = run(command, args);
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run.out();
    }

    String importInto(String agentId, Path from, Object... more) {
        List<Object> args = new ArrayList<>(List.of("--agent", agentId, "--from", from));
        args.addAll(List.of(more));
        return ok("import", args.toArray());
    }

    /** An agent of git's with one block, {@code system/persona}. */
    void enabledAgent(String agentId) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-" + agentId, "persona", "I am " + agentId);
        ok("enable", agentId);
    }

    @Nullable
    String head(String agentId) {
        return application
                .row("SELECT head_sha FROM git_memory.repo WHERE agent_id = ?", agentId)
                .get("head_sha");
    }

    void assertInStep(String agentId) {
        assertThat(ok("verify", agentId)).contains("PostgreSQL equals git");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    static void write(Path file, String content) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
