package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.service.Caller;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

/** Two agents, one with the tag and one without, whose blocks are written in three ways in turn. Not thread-safe. */
final class SqlBench implements AutoCloseable {

    static final int BLOCKS = 20;
    static final int BLOCK_BYTES = 2_000;
    private static final int ROUNDS = 10;

    private final Connection connection;
    private final URI server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String suffix = UUID.randomUUID().toString();
    private int written;

    private SqlBench(Connection connection, URI server) {
        this.connection = connection;
        this.server = server;
    }

    static SqlBench open(DatabaseSettings settings, Serving serving) throws SQLException {
        SqlBench bench = new SqlBench(settings.dataSource().getConnection(), serving.address());
        bench.createAgents();
        serving.memory().enable(bench.id("tagged"), Caller.system());
        return bench;
    }

    private String id(String kind) {
        return kind + "-" + suffix;
    }

    private void createAgents() throws SQLException {
        update("INSERT INTO organizations (id, name) VALUES (?, 'bench')", id("org"));
        for (String agent : new String[] {"tagged", "plain"}) {
            update("INSERT INTO agents (id, name, organization_id) VALUES (?, 'bench', ?)", id(agent), id("org"));
            for (int i = 0; i < BLOCKS; i++) {
                String block = blockId(agent, i);
                update(
                        "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES (?, ?, ?, 100000, ?)",
                        block,
                        label(i),
                        text(-1),
                        id("org"));
                update("INSERT INTO blocks_agents VALUES (?, ?, ?)", id(agent), block, label(i));
            }
        }
    }

    private void update(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }

    /** How long writes of one kind took, ascending, in nanoseconds. */
    private static final class Latencies {
        private final long[] sorted;

        Latencies(long[] sorted) {
            this.sorted = sorted;
        }

        double percentileMs(int percent) {
            return sorted[(int) Math.ceil(sorted.length * percent / 100.0) - 1] / 1e6;
        }
    }

    /** What was measured. */
    static final class Result {
        private final Latencies plain;
        private final Latencies http;
        private final Latencies sql;

        private Result(Latencies plain, Latencies http, Latencies sql) {
            this.plain = plain;
            this.http = http;
            this.sql = sql;
        }

        void print(PrintStream out) {
            out.println("                           |      p50 |      p99 | p50 against UPDATE | p50 against HTTP");
            line(out, "UPDATE, no tag", plain);
            line(out, "HTTP PATCH", http);
            line(out, "CALL git_memory.write_block", sql);
        }

        private void line(PrintStream out, String what, Latencies taken) {
            out.println(String.format(
                    Locale.ROOT,
                    "%-27s| %5.2f ms | %5.2f ms | %17.1fx | %15.2fx",
                    what,
                    taken.percentileMs(50),
                    taken.percentileMs(99),
                    taken.percentileMs(50) / plain.percentileMs(50),
                    taken.percentileMs(50) / http.percentileMs(50)));
        }
    }

    private interface Write {
        void run(int number) throws SQLException, IOException, InterruptedException;
    }

    Result measure(int writes) throws SQLException, IOException, InterruptedException {
        long[][] taken = new long[3][writes];
        Write[] kinds = {this::writePlain, this::writeByHttp, this::writeBySql};
        for (int round = 0; round < ROUNDS; round++) {
            int begin = writes * round / ROUNDS;
            int end = writes * (round + 1) / ROUNDS;
            for (int kind = 0; kind < kinds.length; kind++) {
                for (int i = begin; i < end; i++) {
                    long before = System.nanoTime();
                    kinds[kind].run(written++);
                    taken[kind][i] = System.nanoTime() - before;
                }
            }
        }
        Arrays.stream(taken).forEach(Arrays::sort);
        return new Result(new Latencies(taken[0]), new Latencies(taken[1]), new Latencies(taken[2]));
    }

    private void writePlain(int number) throws SQLException {
        update("UPDATE block SET value = ? WHERE id = ?", text(number), blockId("plain", number));
    }

    private void writeBySql(int number) throws SQLException {
        update("CALL git_memory.write_block(?, ?, ?)", id("tagged"), "system/" + label(number), text(number));
    }

    private void writeByHttp(int number) throws IOException, InterruptedException {
        String body = "{\"value\": \"" + text(number).replace("\n", "\\n") + "\"}";
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/v1/blocks/" + blockId("tagged", number)))
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    private String blockId(String agent, int number) {
        return "block-" + number % BLOCKS + "-" + id(agent);
    }

    private static String label(int number) {
        return "block" + Math.floorMod(number, BLOCKS);
    }

    private static String text(int number) {
        String line = "A line of a memory that does not change very often.\n";
        return line.repeat(BLOCK_BYTES / line.length()) + "Write " + number + "\n";
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
