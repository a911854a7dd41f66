package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.util.List;

/** Connects to databases in which git-memory is installed. */
final class Connections {

    private Connections() {}

    /**
     * Connects to a database.
     *
     * @throws NotMigratedException if git-memory is not installed there, or an older version is
     */
    static Database connect(DatabaseSettings settings, TableNames tables) {
        List<String> pending = new Migrations(settings.dataSource(), tables, null).pending();
        if (!pending.isEmpty()) {
            throw new NotMigratedException(settings, pending);
        }
        return Database.connect(settings, tables);
    }
}
