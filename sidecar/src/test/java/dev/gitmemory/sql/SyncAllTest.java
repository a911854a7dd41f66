package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.MortalSidecar;
import dev.gitmemory.testing.Sidecar;
import java.nio.file.Path;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparing all agents: where one can't be, and where the sidecar dies in the middle. */
class SyncAllTest extends SqlTest {

    private static final int AGENTS = 70;

    @TempDir
    Path folder;

    @Test
    void itGoesOnWhereADeadSidecarHasLeftItAndNamesWhatCouldNotBeCompared() throws Exception {
        String uri = folder.toUri().toString();
        for (int i = 0; i < AGENTS; i++) {
            application.createAgent("agent-%02d".formatted(i));
            application.createBlock("agent-%02d".formatted(i), "block-" + i, "system/persona", "v");
            application.tag("agent-%02d".formatted(i));
        }
        try (ObjectStore objects = Stores.open(uri);
                Sidecar sidecar = Sidecar.start(database, objects)) {
            sidecar.memory().reconciler().run();
        }
        PathUtils.deleteDirectory(folder.resolve("org-1/agent-03"));
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET value = 'strange' WHERE id IN ('block-7', 'block-69')",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");

        String request = admin.value("SELECT git_memory.submit_sync_all()");
        // Each agent's rows are locked twice: to apply what is new, and to mend.
        assertThat(MortalSidecar.start(database, uri, Step.LOCKED, 50).waitFor())
                .isEqualTo(128 + 9);
        assertThat(admin.call("SELECT state, progress FROM git_memory.requests WHERE id = ?::uuid", request))
                .containsEntry("state", "taken")
                .extractingByKey("progress")
                .asString()
                .startsWith("sync: 32 of 70 agents, 1 differed, 1 failed, ");

        try (ObjectStore objects = Stores.open(uri);
                Sidecar sidecar = Sidecar.start(database, objects)) {
            assertThat(sidecar.http().port()).isPositive();
            String result = admin.value("SELECT git_memory.await_request(?::uuid)", request);
            assertThat(result).contains("\"agents\": 70", "\"different\": 2", "\"failed\": 1");
            assertThat(admin.notices())
                    .anyMatch(n -> n.startsWith("agent-03: ") && n.contains("no repository"))
                    .anyMatch(n -> n.startsWith("agent-69: 'system/persona'"))
                    .anyMatch(n -> n.startsWith("sync: 70 of 70 agents, 2 differed, 1 failed"));
        }
        assertThat(column("SELECT attempts FROM git_memory.requests WHERE id = ?::uuid", request))
                .containsExactly("2");
        assertThat(column("SELECT DISTINCT value FROM block")).containsExactly("v");
    }
}
