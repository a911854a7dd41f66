package dev.gitmemory.guard;

import java.sql.SQLException;

/** What the parts of the suite have in common: the database that they share on one target. */
abstract class GuardTest {
    final GuardTarget target;
    final GuardedDatabase db;
    final World world;

    GuardTest(GuardTarget target) throws SQLException {
        this.target = target;
        this.db = target.database();
        this.world = new World(db);
    }
}
