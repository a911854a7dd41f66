package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportCommandTest {

    @TempDir
    Path folder;

    private Map<String, String> environment = Map.of();

    @BeforeEach
    void start() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        Application application = new Application(database.dataSource());
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "I am a.");
        environment = new HashMap<>(Map.of(
                "GIT_MEMORY_DB_URL", database.jdbcUrl(),
                "GIT_MEMORY_DB_USER", database.sidecarRole(),
                "GIT_MEMORY_STORE", folder.resolve("store").toUri().toString()));
        assertThat(Cli.run(environment, "enable", "a").exitCode()).isZero();
    }

    private Cli.Run export(String... more) {
        String[] args = new String[more.length + 1];
        args[0] = "export";
        System.arraycopy(more, 0, args, 1, more.length);
        return Cli.run(environment, args);
    }

    @Test
    void theEndingOfTheNameDecidesUnlessTheFormatIsGiven() {
        Cli.Run dir = export("--agent", "a", "--to", folder.resolve("memory").toString());
        assertThat(dir.err()).isEmpty();
        assertThat(dir.out())
                .contains("a: 2 files of commit ", folder.resolve("memory").toString());
        assertThat(folder.resolve("memory/system/persona.md")).content().endsWith("I am a.");

        Cli.Run git = export("--agent", "a", "--to", folder.resolve("a.git").toString());
        assertThat(git.out()).contains("a: all history, 1 ref, head ");
        StockGit.at(folder.resolve("a.git")).fsck();

        Cli.Run bundle = export("--agent", "a", "--to", folder.resolve("plain").toString(), "--format", "bundle");
        assertThat(bundle.exitCode()).isZero();
        StockGit.clone(folder.resolve("plain").toString(), folder.resolve("clone"))
                .fsck();
    }

    @Test
    void withTheOrganizationNoDatabaseIsNeeded() {
        environment.keySet().removeIf(name -> name.startsWith("GIT_MEMORY_DB"));
        String target = folder.resolve("a.bundle").toString();
        Cli.Run without = export("--agent", "a", "--to", target);
        assertThat(without.exitCode()).isEqualTo(2);
        assertThat(without.err()).contains("missing --db-url");
        assertThat(export("--agent", "a", "--to", target, "--organization-id", Application.ORGANIZATION)
                        .exitCode())
                .isZero();
        assertThat(folder.resolve("a.bundle")).isNotEmptyFile();
    }

    @Test
    void aStoreThatCanNotBeWrittenToIsExportedAndChecked() throws IOException {
        Path own = folder.resolve("store/.git-memory-tmp");
        Files.delete(own);
        Files.writeString(own, "in the way of whoever writes"); // permissions would not stop root
        assertThat(Cli.run(environment, "enable", "a").exitCode())
                .as("needs to write")
                .isNotZero();

        assertThat(export("--agent", "a", "--to", folder.resolve("a.git").toString())
                        .err())
                .isEmpty();
        Cli.Run checked = Cli.run(environment, "fsck", "--all");

        assertThat(checked.exitCode()).as(checked.out() + checked.err()).isZero();
        StockGit.at(folder.resolve("a.git")).fsck();
        assertThat(own).hasContent("in the way of whoever writes");
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsMade() throws IOException {
        String target = folder.resolve("x").toString();
        assertThat(export("--agent", "nobody", "--to", target).err()).contains("There is no agent 'nobody'");
        assertThat(export("--agent", "a", "--to", target, "--at", "v9").err()).contains("There is no commit 'v9'");
        assertThat(export("--agent", "a", "--to", target, "--organization-id", "org-2")
                        .err())
                .contains("no commit in the repository of agent a");
        assertThat(export().err()).contains("missing --to", "missing --agent");
        assertThat(export("--agent", "a", "--to", "x.git", "--at", "main").exitCode())
                .isEqualTo(2);
        Files.writeString(folder.resolve("x"), "mine");
        assertThat(export("--agent", "a", "--to", target).err()).contains("exists already");
        assertThat(folder.resolve("x")).hasContent("mine");
        environment.put("GIT_MEMORY_STORE", folder.resolve("mistyped").toUri().toString());
        assertThat(export("--agent", "a", "--to", folder.resolve("y").toString())
                        .err())
                .contains("There is no store at ");
        assertThat(folder.resolve("mistyped")).doesNotExist();
        assertThat(folder.resolve("y")).doesNotExist();
    }
}
