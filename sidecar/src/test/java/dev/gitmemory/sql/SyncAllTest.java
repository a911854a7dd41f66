package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.MortalSidecar;
import dev.gitmemory.testing.Sidecar;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.file.PathUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Comparing all agents after PostgreSQL was restored from an older backup: where one can't be, where rows were changed
 * around the guard, and where the sidecar dies in the middle.
 *
 * <p>The full size: {@code -Dgit-memory.sync.agents=10000}.
 */
class SyncAllTest extends SqlTest {

    private static final int AGENTS = Integer.getInteger("git-memory.sync.agents", 70);

    /** As many as were counted at a time when the sidecar dies. */
    private static final int BATCH = 32;

    private static final Author AUTHOR = new Author(Author.Type.AGENT, "agent", "Agent");

    @TempDir
    Path folder;

    private static String agent(int number) {
        return "agent-%05d".formatted(number);
    }

    /** Agents whose repositories each have a commit that PostgreSQL knows nothing of, as after a restore. */
    private void agents(String uri) throws Exception {
        database.execute(
                "INSERT INTO organizations (id, name) VALUES ('org-1', 'One')",
                "INSERT INTO agents (id, name, organization_id)"
                        + " SELECT 'agent-' || to_char(i, 'FM00000'), 'a', 'org-1' FROM generate_series(0, "
                        + (AGENTS - 1)
                        + ") i",
                "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                        + " SELECT 'block-' || substr(id, 7), 'system/persona', 'v', 5000, 'org-1' FROM agents",
                "INSERT INTO blocks_agents (agent_id, block_id, block_label)"
                        + " SELECT id, 'block-' || substr(id, 7), 'system/persona' FROM agents",
                "INSERT INTO agents_tags (agent_id, tag) SELECT id, 'git-memory-enabled' FROM agents");
        try (ObjectStore objects = Stores.open(uri);
                Sidecar sidecar = Sidecar.start(database, objects)) {
            while (application
                            .query("SELECT FROM git_memory.status WHERE state = 'enabled'")
                            .size()
                    < AGENTS) {
                sidecar.memory().reconciler().run();
            }
            for (int i = 0; i < AGENTS; i++) {
                sidecar.repositories()
                        .open(new RepoId(Application.ORGANIZATION, agent(i)))
                        .commit(List.of(Draft.of(AUTHOR, "Later", files -> files.write("system/persona.md", "later"))));
            }
        }
    }

    @Test
    void itGoesOnWhereADeadSidecarHasLeftItAndNamesWhatCouldNotBeCompared() throws Exception {
        String uri = folder.toUri().toString();
        agents(uri);
        PathUtils.deleteDirectory(folder.resolve("org-1").resolve(agent(3)));
        String last = "block-%05d".formatted(AGENTS - 1);
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER git_memory_guard_update",
                "UPDATE block SET description = 'strange' WHERE id IN ('block-00007', '" + last + "')",
                "ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update");

        String request = admin.value("SELECT git_memory.submit_sync_all()");
        int dies = AGENTS * 5 / 7;
        assertThat(MortalSidecar.start(database, uri, Step.LOCKED, dies).waitFor())
                .isEqualTo(128 + 9);
        Map<String, @Nullable String> left =
                admin.call("SELECT state, progress FROM git_memory.requests WHERE id = ?::uuid", request);
        assertThat(left).containsEntry("state", "taken");
        Matcher progress = Pattern.compile("sync: ([0-9]+) of " + AGENTS + " agents, [0-9]+ differed, 1 failed, .*/s")
                .matcher(String.valueOf(left.get("progress")));
        assertThat(progress.matches()).as("%s", left).isTrue();
        int done = Integer.parseInt(progress.group(1));
        assertThat(done).isBetween(dies - 2 * BATCH, dies);

        AtomicInteger locked = new AtomicInteger();
        try (ObjectStore objects = Stores.open(uri);
                Sidecar sidecar = Sidecar.start(
                        new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null),
                        objects,
                        (step, agent) -> {
                            if (step == Step.LOCKED) {
                                locked.incrementAndGet();
                            }
                        })) {
            assertThat(sidecar.http().port()).isPositive();
            String result = admin.value("SELECT git_memory.await_request(?::uuid, '1 hour')", request);
            assertThat(result).contains("\"agents\": " + AGENTS, "\"failed\": 1");
            assertThat(admin.notices())
                    .anyMatch(n -> n.startsWith(agent(3) + ": ") && n.contains("the object storage ends at entry 0"));
            assertThat(admin.notices())
                    .last()
                    .asString()
                    .startsWith("sync: %d of %d agents, ".formatted(AGENTS, AGENTS));
            System.out.println(admin.notices().get(admin.notices().size() - 1));
        }
        assertThat(locked).as("agents that were looked at again").hasValueLessThan(2 * (AGENTS - done) + 2);
        assertThat(column("SELECT attempts FROM git_memory.requests WHERE id = ?::uuid", request))
                .containsExactly("2");
        assertThat(column("SELECT id FROM block WHERE value <> 'later' OR description IS NOT NULL"))
                .containsExactly("block-00003");
    }
}
