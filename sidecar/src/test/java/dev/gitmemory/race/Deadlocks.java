package dev.gitmemory.race;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.SQLException;

/** Where sessions are stepped into each other on purpose, a second of waiting for each deadlock would be most of the time. */
final class Deadlocks {

    private Deadlocks() {}

    /** Sessions that connect from now on look for a deadlock when they have waited for some milliseconds. */
    static void areFoundSoon(EmbeddedDatabase database) throws SQLException {
        database.execute("""
                DO $$
                BEGIN
                    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''30ms''', current_database());
                END
                $$""");
    }
}
