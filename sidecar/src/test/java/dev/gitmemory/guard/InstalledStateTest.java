package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.TableNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The list of what has to be there, R__00_manifest.sql, is what a fresh installation has. Where a script has changed, write
 * the list anew, on a machine with PL/Java: {@code -Dgit-memory.manifest=migrations/src/main/resources/db/migration/R__00_manifest.sql}.
 */
@OnEveryTarget
class InstalledStateTest {

    private static final String FILE = System.getProperty("git-memory.manifest", "");
    private static final Map<GuardEngine, List<String>> FOUND = new EnumMap<>(GuardEngine.class);

    private final GuardTarget target;

    InstalledStateTest(GuardTarget target) {
        this.target = target;
    }

    /** Without a comparison: what is not on the list yet gets no rights, and then the functions that compare may fail. */
    private GuardedDatabase installed() throws SQLException {
        GuardedDatabase own = target.empty();
        Map<String, String> placeholders = new HashMap<>(TableNames.DEFAULT.placeholders());
        placeholders.put("guard", target.engine().setting());
        Flyway.configure()
                .dataSource(own.dataSource())
                .locations("classpath:db/migration")
                .initSql("SET git_memory.compares_itself = on; SET git_memory.create_tables = on")
                .defaultSchema("git_memory")
                .placeholders(placeholders)
                .group(true)
                .load()
                .migrate();
        return own;
    }

    @Test
    void theListIsThatOfAFreshInstallation() throws SQLException {
        try (GuardedDatabase own = installed()) {
            List<String> found = strings(
                    own.admin(),
                    "SELECT format('%L, %L, %L', c.kind, c.name, c.digest) FROM git_memory.catalogue() c ORDER BY 1");
            FOUND.put(target.engine(), found);
            if (FILE.isEmpty()) {
                assertThat(strings(
                                own.admin(),
                                "SELECT format('%L, %L, %L', m.kind, m.name, m.digest) FROM git_memory.manifest() m"
                                        + " WHERE m.engine IN ('both', '"
                                        + target.engine().setting() + "') ORDER BY 1"))
                        .isEqualTo(found);
                assertThat(strings(own.admin(), "SELECT format('%s: %s', object, state) FROM git_memory.defects()"))
                        .isEmpty();
            }
        }
    }

    @AfterAll
    static void write() throws IOException {
        if (FILE.isEmpty()) {
            return;
        }
        assertThat(FOUND).as("engines that were seen").containsOnlyKeys(GuardEngine.PLPGSQL, GuardEngine.PLJAVA);
        Map<String, String> rows = new TreeMap<>();
        FOUND.forEach((engine, found) -> found.forEach(row -> rows.merge(row, engine.setting(), (one, two) -> "both")));
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(FILE)));
        int first = lines.indexOf("    VALUES") + 1;
        int last = lines.indexOf("$function$;");
        lines.subList(first, last).clear();
        lines.add(
                first,
                rows.entrySet().stream()
                        .map(row -> "    ('%s', %s)".formatted(row.getValue(), row.getKey()))
                        .collect(Collectors.joining(",\n")));
        Files.writeString(Path.of(FILE), String.join("\n", lines) + "\n");
    }
}
