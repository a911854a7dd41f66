package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.MigrationException;
import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From one engine to the other and from one version to the next, while sessions are open. */
@OnEveryTarget
class SwitchTest extends GuardTest {
    SwitchTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private static Migrations migrations(GuardedDatabase own, GuardEngine engine) {
        return new Migrations(own.dataSource(), TableNames.DEFAULT, engine).creatingTables();
    }

    @Test
    void autoTakesTheBestEngineThatThereIsAndSaysWhy() throws SQLException {
        boolean offered = target.server().offersPlJava();
        try (GuardedDatabase own = target.empty()) {
            MigrationReport report = migrations(own, GuardEngine.AUTO).migrate();

            assertThat(report.guard().requested()).isEqualTo(GuardEngine.AUTO);
            assertThat(report.guard().engine()).isEqualTo(offered ? GuardEngine.PLJAVA : GuardEngine.PLPGSQL);
            if (offered) {
                assertThat(report.guard().reason()).isEqualTo("PL/Java works here");
                assertThat(report.advice()).isEmpty();
            } else {
                assertThat(report.advice())
                        .singleElement()
                        .asString()
                        .startsWith(
                                "The guard runs in PL/pgSQL. To have it in PL/Java mend this and migrate with guard=pljava:"
                                        + " this server does not have PL/Java")
                        .contains("-pljava,");
            }
        }
    }

    @Test
    void autoFallsBackWherePlJavaIsBroken() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), "ALTER DATABASE " + own.name() + " SET pljava.libjvm_location = '/nowhere/libjvm.so'");

            MigrationReport report = migrations(own, GuardEngine.AUTO).migrate();

            assertThat(report.guard().engine()).isEqualTo(GuardEngine.PLPGSQL);
            assertThat(report.advice()).singleElement().asString().startsWith("The guard runs in PL/pgSQL. ");
            assertThatThrownBy(() -> migrations(own, GuardEngine.PLJAVA).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("The guard cannot be installed in PL/Java")
                    .hasMessageContaining("nothing was changed");
            Memory memory = new World(own).enabled();
            Refusal.otherContent(memory)
                    .ends(own, () -> run(own.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
        }
    }

    @Test
    void whatWasAskedForIsRemembered() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Migrations later = new Migrations(own.dataSource(), TableNames.DEFAULT, null).creatingTables();

            assertThat(later.pending()).isEmpty();
            assertThat(later.migrate().guard().requested()).isEqualTo(target.engine());
        }
    }

    @Test
    void enginesSwitchUnderOpenSessions() throws SQLException {
        List<GuardEngine> engines = target.server().offersPlJava()
                ? List.of(GuardEngine.PLPGSQL, GuardEngine.PLJAVA, GuardEngine.PLPGSQL, GuardEngine.PLJAVA)
                : List.of(GuardEngine.PLPGSQL, GuardEngine.AUTO, GuardEngine.PLPGSQL);
        try (GuardedDatabase own = target.fresh();
                Connection session = own.newApp()) {
            World there = new World(own);
            Memory memory = there.enabled();
            for (GuardEngine engine : engines) {
                migrations(own, engine).migrate();
                if (engine != GuardEngine.AUTO) {
                    assertThat(string(own.admin(), "SELECT DISTINCT engine FROM git_memory.guard"))
                            .isEqualTo(engine.setting());
                }
                Refusal.otherContent(memory)
                        .ends(own, () -> run(session, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
                Refusal.removed(memory).ends(own, () -> run(session, "DELETE FROM block WHERE id = ?", memory.block()));
                run(session, "UPDATE block SET hidden = NOT coalesce(hidden, false) WHERE id = ?", memory.block());
            }
            assertThat(there.drift(memory.agent())).isEmpty();
        }
    }

    @Test
    void anUpgradeLeavesOpenSessionsTheJarThatTheyKnow(@TempDir Path scripts) throws Exception {
        try (GuardedDatabase own = target.fresh();
                Connection session = own.newApp()) {
            Memory memory = new World(own).enabled();
            // The session has loaded what judges rows, and not yet what judges removals.
            Refusal.otherContent(memory)
                    .endsWithin(() -> run(session, "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));

            migrateToNextVersion(own, scripts);

            Refusal.removed(memory).ends(own, () -> run(session, "DELETE FROM block WHERE id = ?", memory.block()));
            Refusal.otherContent(memory)
                    .ends(own, () -> run(session, "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            try (Connection fresh = own.newApp()) {
                Refusal.removed(memory).ends(own, () -> run(fresh, "DELETE FROM block WHERE id = ?", memory.block()));
            }
            assertThat(string(own.admin(), "SELECT DISTINCT version FROM git_memory.guard"))
                    .isEqualTo("git_memory_next");
            if (target.engine() == GuardEngine.PLJAVA) {
                assertThat(strings(own.admin(), "SELECT jarname FROM sqlj.jar_repository"))
                        .hasSize(2);
            }
        }
    }

    /** The same scripts, except that the guard's jar has one more entry and so another name. */
    private void migrateToNextVersion(GuardedDatabase own, Path scripts) throws IOException, SQLException {
        for (String script :
                strings(own.admin(), "SELECT script FROM git_memory.flyway_schema_history WHERE script LIKE '%.sql'")) {
            String text = Resources.text("/db/migration/" + script);
            Matcher jar =
                    Pattern.compile("decode\\('([A-Za-z0-9+/=]+)', 'base64'\\)").matcher(text);
            if (jar.find()) {
                String next = Base64.getEncoder()
                        .encodeToString(withOneMoreEntry(Base64.getDecoder().decode(jar.group(1))));
                text = text.replace(jar.group(1), next).replaceAll("git_memory_[0-9a-f]{8}", "git_memory_next");
            }
            Files.writeString(scripts.resolve(script), text);
        }
        Map<String, String> placeholders = new HashMap<>(TableNames.DEFAULT.placeholders());
        placeholders.put("guard", target.engine().setting());
        Flyway.configure()
                .dataSource(own.dataSource())
                .locations("filesystem:" + scripts)
                .defaultSchema("git_memory")
                .placeholders(placeholders)
                .load()
                .migrate();
    }

    private static byte[] withOneMoreEntry(byte[] jar) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar));
                JarOutputStream out = new JarOutputStream(bytes)) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                out.putNextEntry(new JarEntry(entry.getName()));
                in.transferTo(out);
                out.closeEntry();
            }
            out.putNextEntry(new JarEntry("dev/gitmemory/guard/next.txt"));
            out.write("next".getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
        return bytes.toByteArray();
    }
}
