package dev.gitmemory.sql;

import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database and a store of the test's own, and as many sidecars as it starts. */
abstract class SqlTest {

    EmbeddedDatabase database;
    ObjectStore store;
    Application application;
    Session admin;
    String adminRole;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException, SQLException {
        database = migrated();
        store = Stores.open("memory:");
        application = new Application(database.dataSource());
        adminRole = role("IN ROLE git_memory_admin");
        admin = session(adminRole);
    }

    /** The database to test on. */
    EmbeddedDatabase migrated() {
        return EmbeddedDatabase.migrated();
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        store.close();
        database.close();
    }

    /** A role that may log in, of a name that no other test has. */
    String role(String options) throws SQLException {
        return database.role("sql", options);
    }

    Session session(String role) {
        Session session = new Session(database.dataSource(role));
        open.add(session);
        return session;
    }

    Session superuser() {
        Session session = new Session(database.dataSource());
        open.add(session);
        return session;
    }

    Sidecar sidecar() throws SQLException, IOException {
        return sidecar(Steps.NONE);
    }

    Sidecar sidecar(Steps steps) throws SQLException, IOException {
        return sidecar(store, steps);
    }

    /** A sidecar that sees the store as the test wants it to. */
    Sidecar sidecar(ObjectStore seen) throws SQLException, IOException {
        return sidecar(seen, Steps.NONE);
    }

    private Sidecar sidecar(ObjectStore seen, Steps steps) throws SQLException, IOException {
        Sidecar sidecar = Sidecar.start(database.sidecarSettings(), seen, steps);
        open.add(sidecar);
        return sidecar;
    }

    /** An enabled agent with a block {@code system/persona}; needs a sidecar. */
    void enabledAgent(String agentId) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-" + agentId, "persona", "I am " + agentId);
        admin.call("CALL git_memory.enable_agent(?)", agentId);
    }

    /** The messages of an agent's commits, oldest first. */
    List<@Nullable String> messages(String agentId) {
        return column("SELECT message FROM git_memory.history WHERE agent_id = ? ORDER BY seq", agentId);
    }

    List<@Nullable String> column(String sql, @Nullable Object... parameters) {
        return application.query(sql, parameters).stream()
                .map(row -> row.values().iterator().next())
                .toList();
    }

    /** A column of the block that an agent has under a label. */
    @Nullable
    String block(String agentId, String label, String column) {
        return application.block(agentId, label, column);
    }

    Map<String, @Nullable String> write(String agentId, String label, @Nullable String value) {
        return admin.call("CALL git_memory.write_block(?, ?, ?)", agentId, label, value);
    }

    /** Looks again and again until something is there. */
    static <T> T eventually(Supplier<@Nullable T> look) {
        while (true) {
            T found = look.get();
            if (found != null) {
                return found;
            }
            Thread.onSpinWait();
        }
    }
}
