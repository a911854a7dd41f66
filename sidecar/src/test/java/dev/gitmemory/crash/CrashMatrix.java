package dev.gitmemory.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A sidecar is killed, or PostgreSQL crashes and comes back, between steps of operations. Nobody does anything about it
 * but starting what died. Then no acknowledged write is lost, none is there twice, whatever was asked for by SQL is done,
 * and PostgreSQL equals git. Rows never had to be mended for that: between crash and recovery they were older than git, and
 * never anything else.
 *
 * <p>The points are listed nowhere: each operation is watched once, and every step that it passes is a point. Operations
 * of many agents are held at their points in one sidecar, a process of its own, and then the crash strikes all of them at
 * once; one agent writes on meanwhile. Prints what came of each point.
 */
final class CrashMatrix implements AutoCloseable {

    private final Path folder;
    private final TestCluster postgres;
    private final Pusher pusher;
    private final CrashWorld world;
    private final Bystander bystander;
    private Victim victim;
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final Map<CrashPoint, Tally> tallies = new LinkedHashMap<>();

    /** Agents whose rows an operation changes around the guard. */
    private final Set<String> changedOnPurpose = new HashSet<>();

    enum Fault {
        /** The sidecar gets SIGKILL, and another one is started. */
        SIDECAR_KILLED(0),
        /** PostgreSQL ends without a word and is started again, under the same sidecar. */
        POSTGRESQL_CRASHED(1);

        /** The first of the points that it strikes: where not all are struck, not the same as the other's. */
        private final int offset;

        Fault(int offset) {
            this.offset = offset;
        }
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

    /**
     * Strikes in a world of its own, in the size that the properties {@code git-memory.crash.rounds} (1 by default) and
     * {@code git-memory.crash.every} say.
     *
     * @param folder for all of it; empty
     * @param every the default: of so many points one is struck, by each fault another; 1 for all of them
     * @param leastPoints how many the operations must have
     */
    static void run(Path folder, Fault fault, List<? extends Operation> operations, int every, int leastPoints)
            throws Exception {
        try (CrashMatrix matrix = new CrashMatrix(folder)) {
            matrix.run(
                    fault,
                    operations,
                    Integer.getInteger("git-memory.crash.rounds", 1),
                    Integer.getInteger("git-memory.crash.every", every),
                    leastPoints);
        }
    }

    private CrashMatrix(Path folder) throws Exception {
        this.folder = folder;
        this.postgres = TestCluster.start(Files.createDirectory(folder.resolve("postgres")));
        new Migrations(postgres.dataSource("postgres"), TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        this.pusher = new Pusher(store(), Files.createDirectory(folder.resolve("clones")));
        this.world = new CrashWorld(postgres.dataSource("postgres"), pusher);
        world.application().update("CREATE ROLE sidecar LOGIN IN ROLE git_memory_sidecar");
        this.victim = startSidecar();
        this.bystander = new Bystander(world);
    }

    private String store() {
        return folder.resolve("store").toUri().toString();
    }

    private Victim startSidecar() throws Exception {
        Victim started = Victim.start(postgres.jdbcUrl("postgres"), "sidecar", store(), folder.resolve("sidecar.log"));
        world.use(started.http());
        return started;
    }

    @Override
    public void close() throws IOException {
        clients.shutdownNow();
        victim.end();
        pusher.close();
        postgres.close();
    }

    /** @param rounds how often each point is struck */
    private void run(Fault fault, List<? extends Operation> operations, int rounds, int every, int leastPoints)
            throws Exception {
        List<CrashPoint> all = points(operations);
        assertThat(all).hasSizeGreaterThanOrEqualTo(leastPoints);
        List<CrashPoint> points = IntStream.range(0, all.size())
                .filter(i -> i % every == fault.offset % every)
                .mapToObj(all::get)
                .toList();
        for (CrashPoint point : points) {
            point.operation().create(world, point.agent());
            tallies.put(point, new Tally());
            noteIfChangedOnPurpose(point.operation(), point.agent());
        }
        List<List<CrashPoint>> waves = Waves.of(points);
        for (int round = 1; round <= rounds; round++) {
            for (List<CrashPoint> wave : waves) {
                strike(fault, wave, round);
            }
            assertThat(world.application().query("SELECT * FROM git_memory.drift"))
                    .as("drift after round %s", round)
                    .isEmpty();
            System.out.printf("%s: round %d of %d%n", fault, round, rounds);
        }
        print(fault, waves.size());
        checkHistories();
    }

    /** Watches each operation once. */
    private List<CrashPoint> points(List<? extends Operation> operations) throws Exception {
        List<CrashPoint> points = new ArrayList<>();
        for (Operation operation : operations) {
            String agent = operation.name().toLowerCase(Locale.ROOT) + "-watched";
            operation.create(world, agent);
            noteIfChangedOnPurpose(operation, agent);
            operation.prepare(world, agent, 0);
            victim.watch(agent, operation.threads());
            operation.run(world, agent, 0);
            settle(operation, agent, 0);
            Map<String, Integer> times = new TreeMap<>();
            for (String line : victim.steps()) {
                String step = line.split(" ", -1)[2];
                if (operation.mayBeStruckAt(step)) {
                    int nth = times.merge(step, 1, Integer::sum);
                    String own = "%s-%d".formatted(agent.replace("-watched", ""), points.size());
                    points.add(new CrashPoint(operation, step, nth, own));
                }
            }
            operation.afterwards(world, agent, 0);
        }
        return points;
    }

    private void noteIfChangedOnPurpose(Operation operation, String agent) {
        if (operation.changesRowsAroundTheGuard()) {
            changedOnPurpose.add(agent);
        }
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
            victim = startSidecar();
        } else {
            postgres.crash();
            postgres.start();
            victim.release();
            bystander.end();
        }
        for (Map.Entry<CrashPoint, CompletableFuture<Boolean>> one : running.entrySet()) {
            judge(one.getKey(), round, one.getValue().get());
        }
        Eventually.holds(() -> differences(List.of(Bystander.AGENT)));
        checkNothingWasMended(wave, round);
    }

    /** Looks into the log of the sidecar that is alive now, and at what every sidecar has kept of strange rows. */
    private void checkNothingWasMended(List<CrashPoint> wave, int round) throws InterruptedException {
        Set<String> mended = new TreeSet<>(victim.mended());
        world.application()
                .query("SELECT agent_id FROM git_memory.overwritten")
                .forEach(row -> mended.add(String.valueOf(row.get("agent_id"))));
        mended.removeAll(changedOnPurpose);
        assertThat(mended)
                .as(
                        "agents whose rows had to be mended in round %s at one of %s",
                        round, wave.stream().map(CrashPoint::name).toList())
                .isEmpty();
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
        Operation operation = point.operation();
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
    private void settle(Operation operation, String agent, int round) {
        if (operation.isRequest()) {
            world.awaitRequest(agent);
        }
        Eventually.holds(() -> {
            String differences = differences(operation.owners(agent));
            if (!differences.isEmpty()) {
                return differences;
            }
            return operation.isReconcilers() && !operation.isThere(world, agent, round) ? agent + " waits" : "";
        });
    }

    private String differences(List<String> agents) {
        Map<String, String> differences = world.differences(agents);
        return differences.isEmpty() ? "" : differences.toString();
    }

    /** Of what is about several repositories each has it or none. */
    private void checkHistories() throws Exception {
        Histories histories = new Histories(folder.resolve("store"), Files.createDirectory(folder.resolve("restored")));
        for (CrashPoint point : tallies.keySet()) {
            List<String> owners = point.operation().owners(point.agent());
            Map<String, Map<String, Boolean>> byLine = new TreeMap<>();
            for (String owner : owners) {
                Map<String, CrashWorld.Fact> facts = world.facts(owner);
                Set<String> there = histories.check(owner, facts);
                facts.forEach((line, fact) -> {
                    if (fact != CrashWorld.Fact.NEVER) {
                        byLine.computeIfAbsent(line, l -> new TreeMap<>()).put(owner, there.contains(line));
                    }
                });
            }
            byLine.forEach((line, owned) -> assertThat(Set.copyOf(owned.values()))
                    .as("%s: which owners have '%s': %s", point.name(), line, owned)
                    .hasSize(1));
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
