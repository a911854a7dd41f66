package dev.gitmemory.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void installsOnAnEmptyDatabaseAndThenHasNothingLeftToDo() {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        Migrations migrations = new Migrations(database.dataSource(), TableNames.DEFAULT, null);

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
}
