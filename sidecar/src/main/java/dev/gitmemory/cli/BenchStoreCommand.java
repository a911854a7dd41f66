package dev.gitmemory.cli;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory bench store}: what an object storage that is far away costs. */
@Command(
        name = "store",
        description = {
            "One agent on an object storage whose requests take a set time: writes, opening, length of history, bytes.",
            "",
            "The storage is in memory; only the time and the number of requests count. PostgreSQL is not part of it.",
            "'Sequential' is the longest row of requests of which each began after the one before had ended.",
            ""
        })
final class BenchStoreCommand implements CliCommand {

    private static final int SHORT_HISTORY = 100;

    @Option(
            names = "--latency",
            paramLabel = "MS",
            defaultValue = "40",
            description = "How long each request to the storage takes, in ms. Default: 40.")
    int latency;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each number of clients writes. Default: 5.")
    int seconds;

    @Option(
            names = "--clients",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,10,100",
            description = "Numbers of clients that write to the agent at the same time. Default: 1,10,100.")
    List<Integer> clients = List.of();

    @Option(
            names = "--history",
            paramLabel = "WRITES",
            split = ",",
            defaultValue = "100,1000,10000",
            description = "Lengths of history to open, each write an entry. Default: 100,1000,10000.")
    List<Integer> histories = List.of();

    @Option(
            names = "--long-history",
            paramLabel = "WRITES",
            defaultValue = "100000",
            description = "Length of history at which a write is compared with one at " + SHORT_HISTORY
                    + ". Default: 100000.")
    int longHistory;

    @Override
    public void check(Problems problems) {
        if (latency < 0 || seconds < 1 || longHistory < 1) {
            problems.add("--latency must be 0 or more, --seconds and --long-history 1 or more");
        }
        if (clients.stream().anyMatch(n -> n < 1) || histories.stream().anyMatch(n -> n < 1)) {
            problems.add("--clients and --history must be numbers of 1 or more, are " + clients + " and " + histories);
        }
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        PrintStream out = console.out();
        try (StoreBench bench = new StoreBench(latency, console.err())) {
            out.println("Each request to the storage takes %d ms.".formatted(latency));
            writes(bench, console);
            openings(bench, console);
            latencies(bench, out);
        }
        return ExitCode.OK;
    }

    private void writes(StoreBench bench, Console console) throws IOException, InterruptedException {
        console.out().println();
        console.out().println(" clients |   writes | of one request | requests per write, checkpoints included");
        for (int number : clients) {
            console.err().println("Writing with %d clients for %d s ...".formatted(number, seconds + 1));
            StoreBench.Writes writes = bench.writes(number, seconds);
            console.out()
                    .println(line(
                            "%8d | %6.0f/s | %13.1fx | %.3f",
                            number,
                            writes.perSecond(),
                            writes.perSecond() * Math.max(latency, 1) / 1000,
                            writes.requestsPerWrite()));
        }
    }

    private void openings(StoreBench bench, Console console) throws IOException, InterruptedException {
        console.out().println();
        console.out()
                .println(" history | with checkpoints: requests sequential time | without: requests sequential time |"
                        + " faster");
        for (int history : histories) {
            console.err().println("Growing two histories of %d writes ...".formatted(history));
            ObjectStore grown = bench.grown(history, true);
            StoreBench.Opening with = bench.opening(grown, history);
            StoreBench.Opening without = bench.opening(bench.grown(history, false), history);
            console.out()
                    .println(line(
                            "%8d | %26d %10d %4.0f ms | %17d %10d %6.0f ms | %5.1fx",
                            history,
                            with.requests(),
                            with.sequential(),
                            with.millis(),
                            without.requests(),
                            without.sequential(),
                            without.millis(),
                            without.millis() / with.millis()));
            if (history == histories.get(histories.size() - 1)) {
                bytes(grown, history, console);
            }
        }
    }

    private static void bytes(ObjectStore grown, int history, Console console)
            throws IOException, InterruptedException {
        long log = StoreBench.bytes(grown, "/log/");
        long checkpoints = StoreBench.bytes(grown, "/checkpoint/");
        console.out().println();
        console.out().println("Bytes per write at %d writes:".formatted(history));
        console.out().println(line("  log entries          %6.0f", log / (double) history));
        if (checkpoints == 0) {
            return;
        }
        byte[] checkpoint = StoreBench.checkpoint(grown);
        long git = packed(checkpoint);
        console.out().println(line("  the two checkpoints  %6.0f", checkpoints / (double) history));
        console.out()
                .println(line(
                        "  one checkpoint       %6.0f  %.1f times a clone packed by git",
                        checkpoint.length / (double) history, checkpoint.length / (double) git));
        console.out().println(line("  a clone, packed      %6.0f", git / (double) history));
    }

    private static long packed(byte[] checkpoint) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("git-memory-bench");
        try {
            Path bundle = Files.write(folder.resolve("checkpoint.bundle"), checkpoint);
            return StockGitBench.packedBytes(bundle, folder.resolve("clone.git"));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void latencies(StoreBench bench, PrintStream out) throws IOException {
        out.println();
        out.println(" a write at history | %10d | %10d | ratio".formatted(SHORT_HISTORY, longHistory));
        StoreBench.Latencies far = bench.latencies(SHORT_HISTORY, longHistory, 50, true);
        StoreBench.Latencies near = bench.latencies(SHORT_HISTORY, longHistory, 500, false);
        out.println(line(
                " with the storage   | %7.2f ms | %7.2f ms | %.2f",
                far.shortHistory(), far.longHistory(), far.longHistory() / far.shortHistory()));
        out.println(line(
                " without its time   | %7.2f ms | %7.2f ms | %.2f",
                near.shortHistory(), near.longHistory(), near.longHistory() / near.shortHistory()));
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
