package dev.gitmemory.http;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** A sidecar, its database and an application beside it, for the tests of one class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SidecarTest {

    static final String AGENTS = "/v1/agents/";

    EmbeddedDatabase database;
    ObjectStore store;
    Sidecar sidecar;
    Application application;
    Http http;

    @BeforeAll
    void start() throws IOException, java.sql.SQLException {
        database = EmbeddedDatabase.migrated();
        store = Stores.open("memory:");
        sidecar = Sidecar.start(database, store);
        application = new Application(database.dataSource(database.role()));
        http = sidecar.http();
    }

    @AfterAll
    void stop() {
        sidecar.close();
        store.close();
    }

    /** An agent of git's with one block, {@code system/persona}. */
    void enabledAgent(String agentId) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-" + agentId, "persona", "I am " + agentId);
        enable(agentId);
    }

    void enable(String agentId) {
        Http.Answer answer = http.post(AGENTS + agentId + "/git-memory/enable", "");
        if (answer.status() != 200) {
            throw new AssertionError(answer.status() + " " + answer.body());
        }
    }

    static String blocks(String agentId) {
        return AGENTS + agentId + "/core-memory/blocks";
    }

    static String gitMemory(String agentId) {
        return AGENTS + agentId + "/git-memory";
    }
}
