package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.Migrations;
import java.util.List;

/** Connects to databases in which git-memory is installed. */
final class Connections {

    private Connections() {}

    /**
     * Connects to a database.
     *
     * @param tables what the application's tables are called, as far as that is not known from the installation
     * @throws NotMigratedException if git-memory is not installed there, or an older version is
     * @throws dev.gitmemory.postgres.OtherTablesException if it is installed there for other tables than those given
     */
    static Database connect(DatabaseSettings settings, GivenTableNames tables) {
        Migrations migrations = new Migrations(settings.dataSource(), tables, null);
        List<String> pending = migrations.pending();
        if (!pending.isEmpty()) {
            throw new NotMigratedException(settings, tables, pending);
        }
        return Database.connect(settings, migrations.tables());
    }
}
