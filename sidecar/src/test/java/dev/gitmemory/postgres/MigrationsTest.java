package dev.gitmemory.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void installsOnAnEmptyDatabaseAndThenHasNothingLeftToDo() {
        EmbeddedDatabase database = EmbeddedDatabase.empty();
        Migrations migrations = new Migrations(database.dataSource(), TableNames.DEFAULT, null);

        assertThat(migrations.installed()).isEmpty();
        assertThat(migrations.pending()).hasSize(11);

        MigrationReport report = migrations.migrate();

        assertThat(report.applied()).hasSize(11);
        assertThat(report.guard().engine()).isEqualTo(GuardEngine.PLPGSQL);
        assertThat(report.guard().requested()).isEqualTo(GuardEngine.AUTO);
        assertThat(report.advice()).first().asString().contains("PL/pgSQL", "postgresql-17-pljava");
        assertThat(migrations.pending()).isEmpty();
        assertThat(migrations.migrate().applied()).isEmpty();
    }
}
