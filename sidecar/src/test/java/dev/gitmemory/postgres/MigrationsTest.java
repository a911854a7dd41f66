package dev.gitmemory.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void installsOnAnEmptyDatabaseAndThenHasNothingLeftToDo() {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        Migrations migrations = new Migrations(database.dataSource(), TableNames.DEFAULT, null).creatingTables();

        assertThat(migrations.installed()).isEmpty();
        List<String> pending = migrations.pending();
        assertThat(pending).startsWith("V001__application_tables.sql").contains("R__06_guard.sql");

        MigrationReport report = migrations.migrate();

        assertThat(report.applied()).isEqualTo(pending);
        assertThat(report.guard().engine()).isEqualTo(GuardEngine.PLPGSQL);
        assertThat(report.guard().requested()).isEqualTo(GuardEngine.AUTO);
        assertThat(report.advice()).first().asString().contains("PL/pgSQL", "postgresql-17-pljava");
        assertThat(migrations.pending()).isEmpty();
        assertThat(migrations.migrate().applied()).isEmpty();
    }

    /** As pg_dump writes triggers and pg_restore reads them, with an empty search path. */
    @Test
    void everyTriggerCanBeRestoredFromADump() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('search_path', '', false)");
            List<String> again = new ArrayList<>();
            try (ResultSet triggers = statement.executeQuery("""
                    SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid)
                      FROM pg_trigger
                     WHERE tgname LIKE 'git_memory%'
                    """)) {
                while (triggers.next()) {
                    again.add(triggers.getString(1));
                    again.add(triggers.getString(2));
                }
            }
            assertThat(again).hasSizeGreaterThan(20);
            for (String sql : again) {
                statement.execute(sql);
            }
        }
    }
}
