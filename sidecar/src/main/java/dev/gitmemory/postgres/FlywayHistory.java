package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Flyway's history, where it was dropped or rows of it were lost. A versioned script that has run is known by what it made;
 * repeatable ones may run again.
 */
final class FlywayHistory {

    /** The newest versioned script that has run, by something that only it makes; null where nothing is installed. */
    private static final String NEWEST = """
            SELECT max(script.version)
            FROM (VALUES (2, to_regclass('git_memory.installation') IS NOT NULL),
                         (3, to_regclass('git_memory.request') IS NOT NULL),
                         (4, to_regclass('git_memory.tombstone') IS NOT NULL),
                         (5, to_regclass('git_memory.left_out_block') IS NOT NULL),
                         (6, to_regclass('git_memory.allowed_call') IS NOT NULL),
                         (7, EXISTS (SELECT
                                     FROM pg_attribute a
                                     WHERE a.attrelid = to_regclass('git_memory.commit')
                                       AND a.attname = 'request_id'
                                       AND NOT a.attisdropped)),
                         (8, to_regclass('git_memory.commit_key') IS NOT NULL),
                         (9, to_regclass('git_memory.judgement') IS NOT NULL),
                         (10, to_regclass('git_memory.tags_seen') IS NOT NULL),
                         (12, EXISTS (SELECT
                                      FROM pg_attribute a
                                      WHERE a.attrelid = to_regclass('git_memory.installation')
                                        AND a.attname = 'made_tables'
                                        AND NOT a.attisdropped)),
                         (14, to_regclass('git_memory.store') IS NOT NULL),
                         (15, EXISTS (SELECT
                                      FROM pg_attribute a
                                      WHERE a.attrelid = to_regclass('git_memory.allowed_call')
                                        AND a.attname = 'role_oid'
                                        AND NOT a.attisdropped)),
                         (16, EXISTS (SELECT
                                      FROM pg_attribute a
                                      WHERE a.attrelid = to_regclass('git_memory.repo')
                                        AND a.attname = 'reading'
                                        AND NOT a.attisdropped)),
                         (17, EXISTS (SELECT
                                      FROM pg_attribute a
                                      WHERE a.attrelid = to_regclass('git_memory.judgement')
                                        AND a.attname = 'refusal'
                                        AND NOT a.attisdropped))) AS script (version, has_run)
            WHERE script.has_run
            """;

    private final Connection connection;
    private final Flyway flyway;

    /** @param flyway on the same connection where {@link #restart} is to be called */
    FlywayHistory(Connection connection, Flyway flyway) {
        this.connection = connection;
        this.flyway = flyway;
    }

    /** Says which scripts have run and are not in the history; empty where it is whole. */
    Optional<Defect> defect() throws SQLException {
        MigrationVersion newest = newest();
        if (newest == null) {
            return Optional.empty();
        }
        List<String> lost = Arrays.stream(flyway.info().all())
                .filter(script ->
                        script.getVersion() != null && script.getVersion().compareTo(newest) <= 0)
                .filter(script ->
                        script.getState() == MigrationState.PENDING || script.getState() == MigrationState.IGNORED)
                .map(MigrationInfo::getScript)
                .toList();
        return lost.isEmpty()
                ? Optional.empty()
                : Optional.of(new Defect(
                        "TABLE git_memory.flyway_schema_history",
                        "lacks scripts that have run: " + lost.stream().collect(Collectors.joining(", ")),
                        null));
    }

    /** Begins the history anew behind the newest script that has run; the repeatable ones are pending then. */
    void restart() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Flyway begins no history in a table that is there already, be it empty.
            statement.execute("DROP TABLE IF EXISTS git_memory.flyway_schema_history");
        }
        Flyway.configure(FlywayHistory.class.getClassLoader())
                .configuration(flyway.getConfiguration())
                .baselineVersion(newest())
                .baselineDescription("installed before this history")
                .load()
                .baseline();
    }

    private @Nullable MigrationVersion newest() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(NEWEST)) {
            String version = row.next() ? row.getString(1) : null;
            return version == null ? null : MigrationVersion.fromVersion(version);
        }
    }
}
