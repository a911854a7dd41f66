package dev.gitmemory.cli;

import dev.gitmemory.cli.GuardBenchDatabase.Session;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.GuardEngine;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same writes to the same tables without the guard and with each of its engines, in turn. Not thread-safe. */
final class GuardBench implements AutoCloseable {

    private static final int CONNECTS = 5;

    private final List<GuardBenchDatabase> databases = new ArrayList<>();
    private final PrintStream progress;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private GuardBench(PrintStream progress) {
        this.progress = progress;
    }

    static GuardBench open(DatabaseSettings server, PrintStream progress) throws SQLException {
        GuardBench bench = new GuardBench(progress);
        try {
            bench.add(server);
            return bench;
        } catch (SQLException | RuntimeException e) {
            bench.close();
            throw e;
        }
    }

    private void add(DatabaseSettings server) throws SQLException {
        progress.println("Making databases ...");
        databases.add(GuardBenchDatabase.create(server, null));
        databases.add(GuardBenchDatabase.create(server, GuardEngine.PLPGSQL));
        if (offersPlJava(server)) {
            databases.add(GuardBenchDatabase.create(server, GuardEngine.PLJAVA));
        } else {
            progress.println("NOT MEASURED: pljava, for this server does not offer the extension.");
        }
    }

    private static boolean offersPlJava(DatabaseSettings server) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) > 0 FROM pg_available_extensions WHERE name = 'pljava'")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** One kind of write; answers how many rows it wrote. */
    private interface Work {
        int run(Session session, int client) throws SQLException;
    }

    void run(List<Integer> clients, int rounds, int updates, PrintStream out) throws Exception {
        try (Session any = databases.get(0).connect()) {
            out.printf(
                    "PostgreSQL %s, fsync %s, synchronous_commit %s. Values of 2 kB, %d rounds of %d updates a client.%n",
                    any.setting("server_version"),
                    any.setting("fsync"),
                    any.setting("synchronous_commit"),
                    rounds,
                    updates);
        }
        out.println("Ratios are medians of rounds, with the lowest and the highest: 1 is as fast as the first line.");
        for (int n : clients) {
            title(out, "Rows of agents without the tag, a transaction each, " + n + " clients: updates/s");
            Work update = (session, client) -> {
                session.update("plain-" + client, updates);
                return updates;
            };
            compare(out, measure(lanes(databases, "", update), n, rounds));
        }
        title(out, "Rows of agents without the tag, 1,064 in one statement: rows/s");
        compare(out, measure(lanes(databases, "", (session, client) -> many(session, updates)), 1, rounds));
        List<GuardBenchDatabase> guarded =
                databases.stream().filter(GuardBenchDatabase::isGuarded).toList();
        for (int n : clients) {
            for (GuardBenchDatabase database : guarded) {
                title(
                        out,
                        "Ledger and row as a sidecar writes them, %s, %d clients: writes/s"
                                .formatted(database.engine(), n));
                List<Lane> lanes = new ArrayList<>(lanes(List.of(database), ", untagged", (session, client) -> {
                    session.write("plain-" + client, updates);
                    return updates;
                }));
                lanes.addAll(lanes(List.of(database), ", tagged", (session, client) -> {
                    session.write("tagged-" + client, updates);
                    return updates;
                }));
                compare(out, measure(lanes, n, rounds));
            }
        }
        title(out, "A new connection's first tagged write and its second: milliseconds, median of " + CONNECTS);
        for (GuardBenchDatabase database : guarded) {
            firstWrites(out, database);
        }
        title(out, "A connection's private memory after writes to untagged agents, and then to tagged ones: MiB");
        for (GuardBenchDatabase database : databases) {
            memory(out, database, updates);
        }
    }

    private static int many(Session session, int updates) throws SQLException {
        int statements = Math.max(1, updates / 100);
        for (int i = 0; i < statements; i++) {
            session.updateMany();
        }
        return statements * (GuardBenchDatabase.MANY + GuardBenchDatabase.MOST_CLIENTS);
    }

    /** What takes a turn in each round. */
    private record Lane(String name, GuardBenchDatabase database, Work work, List<Double> perSecond) {}

    private static List<Lane> lanes(List<GuardBenchDatabase> databases, String suffix, Work work) {
        return databases.stream()
                .map(database -> new Lane(database.engine() + suffix, database, work, new ArrayList<>()))
                .toList();
    }

    private List<Lane> measure(List<Lane> lanes, int clients, int rounds) throws Exception {
        List<List<Session>> sessions = new ArrayList<>();
        try {
            for (Lane lane : lanes) {
                List<Session> own = new ArrayList<>();
                sessions.add(own);
                for (int i = 0; i < clients; i++) {
                    own.add(lane.database().connect());
                }
                turn(lane, own); // warms up plans, caches and the JVM
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < lanes.size(); i++) {
                    Lane lane = lanes.get((i + round) % lanes.size());
                    lane.perSecond().add(turn(lane, sessions.get((i + round) % lanes.size())));
                }
            }
        } finally {
            for (List<Session> own : sessions) {
                for (Session session : own) {
                    session.close();
                }
            }
        }
        return lanes;
    }

    private double turn(Lane lane, List<Session> sessions) throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
            Session session = sessions.get(i);
            int client = i + 1;
            tasks.add(() -> lane.work().run(session, client));
        }
        long begin = System.nanoTime();
        int rows = 0;
        for (Future<Integer> done : threads.invokeAll(tasks)) {
            rows += done.get();
        }
        return rows * 1e9 / (System.nanoTime() - begin);
    }

    private static void compare(PrintStream out, List<Lane> lanes) {
        List<Double> base = lanes.get(0).perSecond();
        for (Lane lane : lanes) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < base.size(); round++) {
                ratios.add(lane.perSecond().get(round) / base.get(round));
            }
            ratios.sort(null);
            out.printf(
                    Locale.ROOT,
                    "  %-18s %9.0f   ratio %.3f (%.3f to %.3f)%n",
                    lane.name(),
                    median(lane.perSecond()),
                    median(ratios),
                    ratios.get(0),
                    ratios.get(ratios.size() - 1));
        }
    }

    private static void firstWrites(PrintStream out, GuardBenchDatabase database) throws SQLException {
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        for (int i = 0; i < CONNECTS; i++) {
            try (Session session = database.connect()) {
                session.write("plain-1", 1); // reads the catalogs, which is not the guard's doing
                first.add(milliseconds(session));
                second.add(milliseconds(session));
            }
        }
        out.printf(Locale.ROOT, "  %-18s %9.1f   then %.1f%n", database.engine(), median(first), median(second));
    }

    private static double milliseconds(Session session) throws SQLException {
        long begin = System.nanoTime();
        session.write("tagged-1", 1);
        return (System.nanoTime() - begin) / 1e6;
    }

    private void memory(PrintStream out, GuardBenchDatabase database, int updates) throws SQLException {
        try (Session session = database.connect()) {
            session.update("plain-1", updates);
            String untagged = footprint(session);
            String tagged = "";
            if (database.isGuarded()) {
                session.write("tagged-1", updates);
                tagged = "   then " + footprint(session);
            }
            out.printf("  %-18s %s%s%n", database.engine(), untagged, tagged);
        } catch (SQLException e) {
            out.printf(
                    "  %-18s NOT MEASURED: the server does not show its /proc: %s%n",
                    database.engine(), e.getMessage());
        }
    }

    private static String footprint(Session session) throws SQLException {
        return String.format(
                Locale.ROOT, "%9.1f (%s)", session.privateMebibytes(), session.hasJvm() ? "with a JVM" : "no JVM");
    }

    private void title(PrintStream out, String title) {
        out.println();
        out.println(title);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Drops the databases. */
    @Override
    public void close() throws SQLException {
        threads.shutdownNow();
        for (GuardBenchDatabase database : databases) {
            database.close();
        }
        databases.clear();
    }
}
