package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Settings that a database or a role changes for its sessions make no difference. */
@OnEveryTarget
class SessionSettingsTest extends GuardTest {
    private static final List<String> SETTINGS = List.of(
            "quote_all_identifiers = on",
            "standard_conforming_strings = off",
            "plpgsql.extra_errors = 'all'",
            "plpgsql.extra_warnings = 'all'",
            "plpgsql.variable_conflict = 'use_variable'",
            "check_function_bodies = off",
            "array_nulls = off",
            "transform_null_equals = on",
            "row_security = off",
            "bytea_output = escape",
            "\"DateStyle\" = 'German'",
            "search_path = nowhere",
            "default_transaction_isolation = 'serializable'");

    SessionSettingsTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void migratesAndComparesAndGuardsUnderAllOfThem() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(own.admin(), Resources.existingApplication());
            for (String setting : SETTINGS) {
                run(own.admin(), "ALTER DATABASE " + own.name() + " SET " + setting);
            }
            run(own.admin(), "ALTER DATABASE " + own.name() + " SET default_transaction_read_only = on");

            migrations(own).migrate();

            assertThat(migrations(own).defects()).isEmpty();
            assertThat(migrations(own).pending()).isEmpty();
            run(own.admin(), "ALTER DATABASE " + own.name() + " RESET default_transaction_read_only");
            run(own.admin(), "ALTER DATABASE " + own.name() + " RESET search_path");
            try (Connection later = own.newAdmin()) {
                assertThat(strings(later, "SELECT object || ' ' || trigger_state FROM git_memory.guard"))
                        .isNotEmpty()
                        .allMatch(line -> line.endsWith(" ok"));
                run(later, "UPDATE git_memory.flyway_schema_history SET checksum = 0 WHERE script LIKE 'R%'");
                run(later, "REVOKE ALL ON git_memory.repo FROM git_memory_sidecar");
            }
            assertThat(migrations(own).migrate().defects()).isEmpty();

            Memory memory = new World(own).enabled();
            try (Connection app = own.newApp()) {
                Refusal.otherContent(memory)
                        .ends(own, () -> run(app, "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
            }
            migrations(own).uninstall(true, false);
        }
    }
}
