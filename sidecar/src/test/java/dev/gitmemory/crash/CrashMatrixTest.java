package dev.gitmemory.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.TestCluster;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A sidecar is killed, or PostgreSQL crashes and comes back, between every two steps of everything that changes memory.
 * Nobody does anything about it but starting what died. Then no acknowledged write is lost, none is there twice, whatever
 * was asked for by SQL is done, and PostgreSQL equals git.
 *
 * <p>The points are not listed here: each operation is watched once, and every step that it passes is a point. Operations
 * of many agents are held at their points in one sidecar, a process of its own, and then the crash strikes all of them at
 * once; one agent writes on meanwhile. Prints what came of each point.
 *
 * <p>The full size: {@code -Dgit-memory.crash.rounds=100 -Dgit-memory.crash.every=1}. Without that it is one round of
 * every fourth point.
 */
class CrashMatrixTest {

    private static final int ROUNDS = Integer.getInteger("git-memory.crash.rounds", 1);

    /** Of so many points one is struck: 1 for all of them. */
    private static final int EVERY = Integer.getInteger("git-memory.crash.every", 4);

    @TempDir
    Path folder;

    private TestCluster postgres;
    private CrashWorld world;
    private Victim victim;
    private Bystander bystander;
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final Map<CrashPoint, Tally> tallies = new LinkedHashMap<>();

    enum Fault {
        /** The sidecar gets SIGKILL, and another one is started. */
        SIDECAR_KILLED,
        /** PostgreSQL ends without a word and is started again, under the same sidecar. */
        POSTGRESQL_CRASHED
    }

    /** What came of a point's rounds. */
    private static final class Tally {
        private int rounds;
        private int acknowledged;
        private int there;

        void count(boolean wasAcknowledged, boolean isThere) {
            rounds++;
            acknowledged += wasAcknowledged ? 1 : 0;
            there += isThere ? 1 : 0;
        }
    }

    @BeforeEach
    void start() throws Exception {
        postgres = TestCluster.start(Files.createDirectory(folder.resolve("postgres")));
        new Migrations(postgres.dataSource("postgres"), TableNames.DEFAULT, GuardEngine.PLPGSQL).migrate();
        world = new CrashWorld(postgres.dataSource("postgres"));
        world.application().update("CREATE ROLE sidecar LOGIN IN ROLE git_memory_sidecar");
        startSidecar();
        bystander = new Bystander(world);
    }

    private void startSidecar() throws Exception {
        victim = Victim.start(
                postgres.jdbcUrl("postgres"),
                "sidecar",
                folder.resolve("store").toUri().toString(),
                folder.resolve("sidecar.log"));
        world.use(victim.http());
    }

    @AfterEach
    void stop() throws Exception {
        clients.shutdownNow();
        victim.kill();
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverDiesBetweenTwoStepsNothingAcknowledgedIsLostAndNothingHappensTwice(Fault fault) throws Exception {
        List<CrashPoint> all = points();
        assertThat(all).hasSizeGreaterThan(100);
        List<CrashPoint> points = IntStream.range(0, all.size())
                .filter(i -> i % EVERY == 0)
                .mapToObj(all::get)
                .toList();
        for (CrashPoint point : points) {
            point.operation().create(world, point.agent());
            tallies.put(point, new Tally());
        }
        List<List<CrashPoint>> waves = Waves.of(points);
        for (int round = 1; round <= ROUNDS; round++) {
            for (List<CrashPoint> wave : waves) {
                strike(fault, wave, round);
            }
            assertThat(world.application().query("SELECT * FROM git_memory.drift"))
                    .as("drift after round %s", round)
                    .isEmpty();
            System.out.printf("%s: round %d of %d%n", fault, round, ROUNDS);
        }
        print(fault, waves.size());
        checkHistories();
    }

    /** Watches each operation once. */
    private List<CrashPoint> points() throws Exception {
        List<CrashPoint> points = new ArrayList<>();
        for (CrashOperation operation : CrashOperation.values()) {
            String agent = operation.name().toLowerCase(Locale.ROOT) + "-watched";
            operation.create(world, agent);
            operation.prepare(world, agent, 0);
            victim.watch(agent, operation.isReconcilers());
            operation.run(world, agent, 0);
            settle(operation, agent, 0);
            Map<String, Integer> times = new TreeMap<>();
            for (String line : victim.steps()) {
                String step = line.split(" ", -1)[2];
                int nth = times.merge(step, 1, Integer::sum);
                String own = "%s-%d".formatted(agent.replace("-watched", ""), points.size());
                points.add(new CrashPoint(operation, step, nth, own));
            }
            operation.afterwards(world, agent, 0);
        }
        return points;
    }

    private void strike(Fault fault, List<CrashPoint> wave, int round) throws Exception {
        for (CrashPoint point : wave) {
            point.operation().prepare(world, point.agent(), round);
            victim.hold(point);
        }
        Map<CrashPoint, CompletableFuture<Boolean>> running = new LinkedHashMap<>();
        bystander.begin();
        // The reconciler first: it would wait for an agent that is held with its rows locked.
        begin(wave, true, round, running);
        begin(wave, false, round, running);
        bystander.awaitWrite();
        if (fault == Fault.SIDECAR_KILLED) {
            victim.kill();
            bystander.end();
            startSidecar();
        } else {
            postgres.crash();
            postgres.start();
            victim.release();
            bystander.end();
        }
        for (Map.Entry<CrashPoint, CompletableFuture<Boolean>> one : running.entrySet()) {
            judge(one.getKey(), round, one.getValue().get());
        }
    }

    /** Begins the reconciler's operations, or those of clients, and waits until they are held. */
    private void begin(
            List<CrashPoint> wave, boolean reconcilers, int round, Map<CrashPoint, CompletableFuture<Boolean>> running)
            throws InterruptedException {
        List<CrashPoint> points = wave.stream()
                .filter(point -> point.operation().isReconcilers() == reconcilers)
                .toList();
        for (CrashPoint point : points) {
            running.put(
                    point,
                    CompletableFuture.supplyAsync(
                            () -> unlessCutOff(() -> point.operation().run(world, point.agent(), round)), clients));
        }
        victim.awaitHeld(points);
    }

    /** A client whose sidecar dies has no answer. */
    private static boolean unlessCutOff(BooleanSupplier request) {
        try {
            return request.getAsBoolean();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private void judge(CrashPoint point, int round, boolean acknowledged) {
        CrashOperation operation = point.operation();
        settle(operation, point.agent(), round);
        boolean there = operation.isThere(world, point.agent(), round);
        assertThat(there || !acknowledged)
                .as("%s, acknowledged in round %s, is there", point.name(), round)
                .isTrue();
        operation.note(world, point.agent(), round, there);
        operation.afterwards(world, point.agent(), round);
        tallies.computeIfAbsent(point, p -> new Tally()).count(acknowledged, there);
    }

    /** Waits until PostgreSQL equals git for an agent, which it has to by itself, and for what has to happen. */
    private void settle(CrashOperation operation, String agent, int round) {
        if (operation.isRequest()) {
            world.awaitRequest(agent);
        }
        List<String> group =
                operation == CrashOperation.SHARED ? List.of(agent, agent + CrashOperation.OTHER) : List.of(agent);
        Eventually.holds(() -> {
            Map<String, String> differences = world.differences(group);
            if (!differences.isEmpty()) {
                return differences.toString();
            }
            return operation.isReconcilers() && !operation.isThere(world, agent, round) ? agent + " waits" : "";
        });
    }

    private void checkHistories() throws Exception {
        Histories histories = new Histories(folder.resolve("store"), Files.createDirectory(folder.resolve("restored")));
        for (CrashPoint point : tallies.keySet()) {
            if (point.operation() != CrashOperation.SQL_PLAIN) {
                histories.check(point.agent(), world.facts(point.agent()));
            }
            if (point.operation() == CrashOperation.SHARED) {
                String other = point.agent() + CrashOperation.OTHER;
                histories.check(other, world.facts(other));
            }
        }
        histories.check(Bystander.AGENT, world.facts(Bystander.AGENT));
    }

    private void print(Fault fault, int waves) {
        System.out.printf("Crash matrix: %s, %d points, %d crashes a round%n", fault, tallies.size(), waves);
        System.out.printf("%-32s %6s %12s %6s %6s%n", "point", "rounds", "acknowledged", "there", "not");
        tallies.forEach((point, tally) -> System.out.printf(
                "%-32s %6d %12d %6d %6d%n",
                point.name(), tally.rounds, tally.acknowledged, tally.there, tally.rounds - tally.there));
        System.out.printf("%d writes of a bystander acknowledged%n", bystander.acknowledged());
    }
}
