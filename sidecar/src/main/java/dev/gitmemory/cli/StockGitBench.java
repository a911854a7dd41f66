package dev.gitmemory.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A work tree of stock git, written to by its command line. Not thread-safe. */
final class StockGitBench {

    private final Path folder;

    /** A file's new content. */
    record Write(String path, String text) {}

    private StockGitBench(Path folder) {
        this.folder = folder;
    }

    static StockGitBench init(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        StockGitBench git = new StockGitBench(folder);
        git.run("init", "--quiet", "--initial-branch=main");
        // No collection of garbage in the background, which would be measured in one round and not in another.
        git.run("config", "gc.auto", "0");
        git.run("config", "core.fsync", "all");
        return git;
    }

    /** The size of a clone of {@code bundle} in {@code folder}, packed as tightly as git does by itself. */
    static long packedBytes(Path bundle, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        StockGitBench git = new StockGitBench(folder);
        git.run("clone", "--quiet", "--mirror", bundle.toString(), ".");
        git.run("repack", "-a", "-d", "-f", "--quiet");
        try (Stream<Path> packs = Files.list(folder.resolve("objects/pack"))) {
            return packs.filter(p -> p.toString().endsWith(".pack"))
                    .mapToLong(p -> p.toFile().length())
                    .sum();
        }
    }

    /** Makes one commit of each write; fast, and not what is measured. */
    void importAll(List<Write> writes) throws IOException, InterruptedException {
        if (writes.isEmpty()) {
            return;
        }
        Process process = start("fast-import", "--quiet", "--date-format=now");
        try (OutputStream in = new BufferedOutputStream(process.getOutputStream())) {
            boolean resumed = Files.exists(folder.resolve(".git/refs/heads/main"));
            for (Write write : writes) {
                byte[] text = write.text().getBytes(StandardCharsets.UTF_8);
                String command = "commit refs/heads/main\ncommitter bench <bench@git-memory.invalid> now\ndata 1\nw\n"
                        + (resumed ? "from refs/heads/main^0\n" : "")
                        + "M 100644 inline " + write.path() + "\ndata " + text.length + "\n";
                in.write(command.getBytes(StandardCharsets.UTF_8));
                in.write(text);
                in.write('\n');
                resumed = false; // within one import, a commit follows the one before it
            }
        }
        await(process, "fast-import");
        run("reset", "--quiet", "--hard", "main");
    }

    /** Writes a file and commits it, as a person or a script does. */
    void commit(String path, String text) throws IOException, InterruptedException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        run("add", path);
        run("commit", "--quiet", "--message", "Write");
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        await(start(arguments), String.join(" ", arguments));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "git",
                "-c",
                "user.name=bench",
                "-c",
                "user.email=bench@git-memory.invalid",
                "-c",
                "commit.gpgsign=false"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.INHERIT)
                .start();
    }

    private static void await(Process process, String what) throws IOException, InterruptedException {
        if (process.waitFor() != 0) {
            throw new IOException("git %s ended with %d".formatted(what, process.exitValue()));
        }
    }
}
