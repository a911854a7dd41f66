package dev.gitmemory.guard;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One engine of the guard on one server. Used by one thread. */
final class GuardTarget {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    /** Two runs of the suite may share a server. */
    private static final String RUN = "gm_" + ProcessHandle.current().pid() + "_";

    private final TestServer server;
    private final GuardEngine engine;
    private final String name;
    private @Nullable String template;
    private @Nullable GuardedDatabase shared;

    GuardTarget(TestServer server, GuardEngine engine) throws SQLException {
        this.server = server;
        this.engine = engine;
        this.name =
                engine.setting() + " on PostgreSQL " + server.version().split(" ", 2)[0] + ", " + server.description();
    }

    GuardEngine engine() {
        return engine;
    }

    TestServer server() {
        return server;
    }

    /** A migrated database that all tests of the suite use, each with agents of its own. */
    GuardedDatabase database() throws SQLException {
        if (shared == null) {
            shared = fresh();
        }
        return shared;
    }

    /** A migrated database for one test that does something to the tables, or to all rows. */
    GuardedDatabase fresh() throws SQLException {
        if (template == null) {
            String made = create("template0");
            new Migrations(server.superuser(made), TableNames.DEFAULT, engine)
                    .creatingTables()
                    .migrate();
            template = made;
        }
        return open(create(template));
    }

    /** A database with nothing in it. */
    GuardedDatabase empty() throws SQLException {
        return open(create("template0"));
    }

    private GuardedDatabase open(String database) throws SQLException {
        return new GuardedDatabase(server, database);
    }

    private static String next() {
        return RUN + COUNTER.incrementAndGet();
    }

    private String create(String from) throws SQLException {
        String database = next();
        server.execute("CREATE DATABASE " + database + " TEMPLATE " + from + " ENCODING 'UTF8'");
        return database;
    }

    /** Removes what the tests have shared. */
    void close() throws SQLException {
        if (shared != null) {
            shared.close();
        }
        if (template != null) {
            server.execute("DROP DATABASE " + template);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
