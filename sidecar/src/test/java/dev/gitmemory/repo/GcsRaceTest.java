package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.GcsStores;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.gcs.GcsServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The whole way of a write over a bucket whose service fails, in each way that passes, in one request of eight. */
final class GcsRaceTest {

    private static final int WRITERS = 6;
    private static final int WRITES_EACH = 40;

    @Test
    void eachAcknowledgedWriteIsThereExactlyOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        Set<String> notAcknowledged = ConcurrentHashMap.newKeySet();
        try (GcsServer server = GcsServer.start("bucket");
                ObjectStore one = GcsStores.open(server);
                ObjectStore other = GcsStores.open(server)) {
            List<MemoryRepository> processes = List.of(RepositoryFixture.open(one), RepositoryFixture.open(other));
            server.faults().oneIn(8, 20261124);
            List<Callable<List<String>>> work = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                work.add(() -> write(processes.get(number % 2), number, notAcknowledged));
            }
            List<String> acknowledged = new ArrayList<>();
            for (Future<List<String>> written : threads.invokeAll(work)) {
                acknowledged.addAll(written.get());
            }
            server.faults().oneIn(0, 0);

            assertThat(acknowledged).hasSizeGreaterThan(WRITERS * WRITES_EACH / 2);
            MemoryRepository fresh = RepositoryFixture.open(one);
            assertHistory(fresh, acknowledged, notAcknowledged);
            for (MemoryRepository process : processes) {
                process.refresh();
                assertThat(process.head()).isEqualTo(fresh.head());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Answers the lines whose commits were acknowledged. */
    private static List<String> write(MemoryRepository repository, int writer, Set<String> notAcknowledged) {
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < WRITES_EACH; i++) {
            String line = "writer " + writer + " wrote " + i;
            Draft draft = Draft.of(
                    AGENT,
                    line,
                    files -> files.write(
                            "shared.md", Objects.requireNonNullElse(files.read("shared.md"), "") + line + "\n"));
            try {
                RepositoryFixture.commit(repository, draft);
                acknowledged.add(line);
            } catch (IOException e) {
                notAcknowledged.add(line); // may be written or not, and if so then once
            }
        }
        return acknowledged;
    }

    private static void assertHistory(
            MemoryRepository repository, List<String> acknowledged, Set<String> notAcknowledged) throws IOException {
        String head = headSha(repository);
        List<CommitInfo> history = repository.history(head, null, 1000, null).commits();
        List<String> messages = history.stream().map(CommitInfo::message).toList();
        List<String> lines =
                String.valueOf(repository.file(head, "shared.md")).lines().toList();

        assertThat(messages).doesNotHaveDuplicates().containsAll(acknowledged);
        assertThat(lines).containsExactlyInAnyOrderElementsOf(messages);
        messages.stream()
                .filter(message -> !acknowledged.contains(message))
                .forEach(message -> assertThat(notAcknowledged).contains(message));
        for (int i = 0; i < history.size(); i++) {
            assertThat(history.get(i).parentSha())
                    .isEqualTo(i + 1 < history.size() ? history.get(i + 1).sha() : null);
        }
    }
}
