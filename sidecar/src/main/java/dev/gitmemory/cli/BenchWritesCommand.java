package dev.gitmemory.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory bench writes}: commits of one agent next to {@code git commit}. */
@Command(
        name = "writes",
        description = {
            "Commits per second of one agent at growing lengths of history, next to 'git commit' on the same files.",
            "",
            "Both are durable (fsync); the two take turns, so that whatever else this machine does strikes both.",
            "PostgreSQL is not part of it.",
            ""
        })
final class BenchWritesCommand implements CliCommand {

    @Option(
            names = "--history",
            paramLabel = "COMMITS",
            split = ",",
            defaultValue = "10,1000,5000",
            description = "Lengths of history at which to measure, ascending, in commits. Default: 10,1000,5000.")
    List<Integer> histories = List.of();

    @Option(
            names = "--writes",
            paramLabel = "N",
            defaultValue = "200",
            description = "Writes of each kind at each length, at least 4. Default: 200.")
    int writes;

    @Option(
            names = "--work-dir",
            paramLabel = "FOLDER",
            description =
                    "Folder on the disk to measure. What the run makes in it stays. Default: a new temporary folder.")
    @Nullable
    Path workDir;

    @Override
    public void check(Problems problems) {
        if (writes < 4) {
            problems.add("--writes must be 4 or more, is " + writes);
        }
        for (int i = 0; i < histories.size(); i++) {
            if (histories.get(i) < 1 || (i > 0 && histories.get(i) <= histories.get(i - 1))) {
                problems.add("--history must be ascending numbers of commits, is " + histories);
                return;
            }
        }
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        Path folder = workDir == null ? Files.createTempDirectory("git-memory-bench") : workDir;
        try (WritesBench bench = WritesBench.open(folder)) {
            console.out().println("Folder: " + folder);
            console.out()
                    .println("Each write changes one line of one of %d files of %d bytes."
                            .formatted(WritesBench.FILES, WritesBench.FILE_BYTES));
            console.out().println(WritesBench.Result.HEADER);
            for (int history : histories) {
                console.err().println("Growing the history to " + history + " commits ...");
                console.out().println(bench.measure(history, writes));
            }
        }
        return ExitCode.OK;
    }
}
