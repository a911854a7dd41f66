package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.GcsStores;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreException;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import dev.gitmemory.testing.StockGit;
import dev.gitmemory.testing.gcs.GcsFault;
import dev.gitmemory.testing.gcs.GcsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a write is answered, on a storage that stalls, resets and lies, against what the history has in the end: "written"
 * is there once, "nothing was written" never, "unknown" once or never.
 *
 * <p>The full size: {@code -Dgit-memory.storage.writes=2000}.
 */
final class StorageTruthTest {

    private static final int WRITES = Integer.getInteger("git-memory.storage.writes", 60);
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final List<String> AGENTS = List.of("a", "b", "c", "d");

    /** One attempt at a request; requests that others have sent on the way count as such. */
    private static final List<GcsFault> FAULTS = List.of(
            GcsFault.STALL_BEFORE,
            GcsFault.STALL_AFTER,
            GcsFault.HELD,
            GcsFault.LATE,
            GcsFault.RESET_BEFORE,
            GcsFault.RESET_AFTER,
            GcsFault.UNAVAILABLE,
            GcsFault.UNAVAILABLE_AFTER,
            GcsFault.TOO_MANY_REQUESTS,
            GcsFault.TOO_MANY_REQUESTS_AFTER,
            GcsFault.REQUEST_TIMEOUT,
            GcsFault.REQUEST_TIMEOUT_AFTER,
            GcsFault.PRECONDITION_FAILED,
            GcsFault.PRECONDITION_FAILED_AFTER,
            GcsFault.UNAUTHORIZED,
            GcsFault.FORBIDDEN,
            GcsFault.PROXY_FORBIDDEN,
            GcsFault.PROXY_FORBIDDEN_AFTER,
            GcsFault.PROXY_NOT_FOUND,
            GcsFault.TRUNCATED,
            GcsFault.CORRUPTED);

    /** What a write was answered. */
    private enum Answer {
        WRITTEN,
        NOTHING_WRITTEN,
        UNKNOWN
    }

    @TempDir
    Path folder;

    private final EmbeddedDatabase database = EmbeddedDatabase.migrated();
    private final Application application = new Application(database.dataSource());
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, Weather> weathers = new ConcurrentHashMap<>();

    @Test
    void noAnswerIsProvedWrongByTheHistory() throws Exception {
        try (GcsServer server = GcsServer.start("bucket")) {
            try (ObjectStore patient = GcsStores.open(server, DEADLINE, DEADLINE, DEADLINE);
                    Sidecar sidecar = Sidecar.start(database, patient)) {
                enable(sidecar);
            }
            try (ObjectStore impatient = impatient(server);
                    Sidecar sidecar = Sidecar.start(database, impatient)) {
                server.faults().plan(this::fault);
                writeAll(sidecar, server);
            }
            server.faults().plan(null);
            server.deliverHeld("");
            try (ObjectStore patient = GcsStores.open(server, DEADLINE, DEADLINE, DEADLINE);
                    Sidecar sidecar = Sidecar.start(database, patient)) {
                requireFollowed(sidecar);
            }
            compare(history(server));
        }
    }

    private void enable(Sidecar sidecar) {
        for (String agent : AGENTS) {
            application.createAgent(agent);
            application.createBlock(agent, agent + "-1", "system/block", "");
            Http.Answer enabled = sidecar.http().post("/v1/agents/" + agent + "/git-memory/enable", "");
            assertThat(enabled.status()).as(enabled.body()).isEqualTo(200);
        }
    }

    /** Its time-outs are short, and may be too short for a machine that has just begun to have much to do. */
    private static ObjectStore impatient(GcsServer server) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return GcsStores.open(server, DEADLINE.dividedBy(80), DEADLINE.dividedBy(30), DEADLINE.dividedBy(15));
            } catch (StoreException e) {
                if (attempt == 10) {
                    throw e;
                }
            }
        }
    }

    private @Nullable GcsFault fault(boolean upload, String object) {
        for (Map.Entry<String, Weather> weather : weathers.entrySet()) {
            if (object.startsWith(names(weather.getKey()))) {
                return weather.getValue().next(upload);
            }
        }
        return null;
    }

    /** What the names of an agent's objects begin with. */
    private static String names(String agent) {
        return "some/prefix/" + new RepoId(Application.ORGANIZATION, agent).prefix() + "/";
    }

    private void writeAll(Sidecar sidecar, GcsServer server) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AGENTS.size());
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (String agent : AGENTS) {
                clients.add(threads.submit(() -> write(agent, sidecar, server)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void write(String agent, Sidecar sidecar, GcsServer server) {
        Random random = new Random(agent.hashCode());
        for (int number = 0; number < WRITES / AGENTS.size(); number++) {
            if (random.nextInt(3) == 0) {
                server.deliverHeld(names(agent));
            }
            weathers.put(agent, Weather.of(random));
            String value = agent + "-" + number;
            Http.Answer answer = sidecar.http()
                    .patch(
                            "/v1/agents/" + agent + "/core-memory/blocks/system%2Fblock",
                            "{\"value\": \"" + value + "\"}");
            answers.put(value, answered(answer));
        }
        weathers.remove(agent);
    }

    private static Answer answered(Http.Answer answer) {
        if (answer.status() == 200 || answer.status() == 202) {
            return Answer.WRITTEN;
        }
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        if (answer.json().path("outcome").asText().equals("unknown")) {
            assertThat(answer.body()).contains("It is not known").doesNotContain("nothing was written");
            return Answer.UNKNOWN;
        }
        assertThat(answer.body()).contains("nothing was written");
        return Answer.NOTHING_WRITTEN;
    }

    /** What one agent's requests meet while a write is made: nothing, a fault now and then, or one fault all the time. */
    private static final class Weather {

        private final Random random;
        private final @Nullable GcsFault lasting;
        private final int uploadsOfTen;
        private final int othersOfTen;

        private Weather(Random random, @Nullable GcsFault lasting, int uploadsOfTen, int othersOfTen) {
            this.random = random;
            this.lasting = lasting;
            this.uploadsOfTen = uploadsOfTen;
            this.othersOfTen = othersOfTen;
        }

        static Weather of(Random random) {
            Random own = new Random(random.nextLong());
            GcsFault one = FAULTS.get(own.nextInt(FAULTS.size()));
            return switch (own.nextInt(6)) {
                case 0 -> new Weather(own, null, 0, 0);
                case 1 -> new Weather(own, null, 5, 2);
                case 2 -> new Weather(own, null, 9, 1);
                case 3 -> new Weather(own, null, 10, 8);
                case 4 -> new Weather(own, one, 10, 0);
                default -> new Weather(own, one, 10, 5);
            };
        }

        synchronized @Nullable GcsFault next(boolean upload) {
            GcsFault any = FAULTS.get(random.nextInt(FAULTS.size()));
            boolean fails = random.nextInt(10) < (upload ? uploadsOfTen : othersOfTen);
            return fails ? lasting == null ? any : lasting : null;
        }
    }

    private void requireFollowed(Sidecar sidecar) throws Exception {
        sidecar.memory().reconciler().run();
        for (String agent : AGENTS) {
            sidecar.http().post("/v1/agents/" + agent + "/git-memory/sync", "");
            Http.Answer verified = sidecar.http().post("/v1/agents/" + agent + "/git-memory/verify", "");
            assertThat(verified.status()).as(verified.body()).isEqualTo(200);
            assertThat(verified.json().get("differences")).isEmpty();
        }
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    /** How often each value was written, by the bundles in the bucket alone. */
    private Map<String, Integer> history(GcsServer server) throws Exception {
        for (String name : server.buckets().names("bucket")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, server.buckets().content("bucket", name));
        }
        Map<String, Integer> written = new HashMap<>();
        for (String agent : AGENTS) {
            StockGit git =
                    StockGit.restoreFromCheckpoint(folder.resolve(names(agent)), folder.resolve("restored-" + agent));
            git.lines("log", "--format=", "--unified=0", "-p", "main").stream()
                    .filter(line -> line.matches("\\+[a-d]-[0-9]+"))
                    .forEach(line -> written.merge(line.substring(1), 1, Integer::sum));
        }
        return written;
    }

    private void compare(Map<String, Integer> history) throws IOException {
        Map<Answer, Integer> given = new EnumMap<>(Answer.class);
        Map<Answer, Integer> there = new EnumMap<>(Answer.class);
        answers.forEach((value, answer) -> {
            int times = history.getOrDefault(value, 0);
            given.merge(answer, 1, Integer::sum);
            there.merge(answer, times, Integer::sum);
            switch (answer) {
                case WRITTEN -> assertThat(times).as(value).isEqualTo(1);
                case NOTHING_WRITTEN -> assertThat(times).as(value).isZero();
                case UNKNOWN -> assertThat(times).as(value).isLessThanOrEqualTo(1);
            }
        });
        assertThat(given).as("the run has met each answer").hasSize(Answer.values().length);
        System.out.printf("Storage run: %d writes, answered %s, of these in the history %s%n", WRITES, given, there);
    }
}
