package dev.gitmemory.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.Steps;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Old entries of all agents go when it is time, and an agent whose log is damaged keeps nobody from it. */
class CompactionTest extends SidecarTest {

    private static final Duration KEEP = Duration.ofDays(1);

    private int deleteAfter(Duration time) throws SQLException {
        Clock clock = Clock.offset(Clock.systemUTC(), time);
        try (Database connected = Database.connect(
                        new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null), TableNames.DEFAULT);
                MemoryRepositories repositories = new MemoryRepositories(store, clock, CommitKeys.read(connected))) {
            return new GitMemory(connected, repositories, clock, Steps.NONE)
                    .compaction()
                    .deleteCovered(KEEP);
        }
    }

    private long entries(String agentId) throws IOException {
        return store.list(log(agentId), "", 1000).size();
    }

    private static String log(String agentId) {
        return new RepoId(Application.ORGANIZATION, agentId).prefix() + "/log/";
    }

    @Test
    void entriesOfAllAgentsAreDeletedWhenTheyHaveBeenCoveredLongEnough() throws IOException, SQLException {
        for (String agent : new String[] {"a", "b", "c"}) {
            enabledAgent(agent);
            for (int i = 0; i < 4; i++) {
                http.patch(blocks(agent) + "/system%2Fpersona", "{\"value\": \"write " + i + "\"}");
            }
            sidecar.memory().compaction().compact(agent, null);
        }
        String damaged = log("b") + "%020d.bundle".formatted(2);
        byte[] entry = requireNonNull(store.read(damaged));
        store.delete(damaged);
        store.create(damaged, "nonsense".getBytes(StandardCharsets.UTF_8));

        assertThat(deleteAfter(Duration.ZERO)).as("seen for the first time").isZero();
        assertThat(deleteAfter(Duration.ofHours(23))).isZero();
        assertThat(deleteAfter(Duration.ofHours(25)))
                .as("four of a and four of c; the pass of b failed")
                .isEqualTo(8);

        assertThat(entries("a")).isEqualTo(1);
        assertThat(entries("b")).as("only the one before the damaged is gone").isEqualTo(4);
        assertThat(entries("c")).isEqualTo(1);
        store.delete(damaged);
        store.create(damaged, entry);
        assertThat(deleteAfter(Duration.ofHours(26))).isEqualTo(3);
        try (Sidecar another = Sidecar.start(database, store)) {
            for (String agent : new String[] {"a", "b", "c"}) {
                assertThat(another.http()
                                .post(gitMemory(agent) + "/verify", "")
                                .json()
                                .get("differences"))
                        .isEmpty();
                assertThat(another.http()
                                .get(gitMemory(agent) + "/history")
                                .json()
                                .get("commits"))
                        .hasSize(5);
            }
        }
    }
}
