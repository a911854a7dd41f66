package dev.gitmemory.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Restores a repository from its bundles with nothing but stock git. */
final class DemoClone {

    private final PrintStream out;
    private final Path dataDir;

    DemoClone(PrintStream out, Path dataDir) {
        this.out = out;
        this.dataDir = dataDir.toAbsolutePath().normalize();
    }

    /** Shows each command and its output; says so where there is no git. */
    void run(Path repository, String agentId) throws IOException, InterruptedException {
        Path clone = dataDir.resolve("clones").resolve(agentId + "-" + System.currentTimeMillis());
        Files.createDirectories(clone.getParent());
        try {
            git(dataDir, "init", "--quiet", "--initial-branch=main", clone.toString());
        } catch (IOException e) {
            out.println("  There is no git on this machine, or it does not start: " + e.getMessage());
            return;
        }
        for (Path bundle : bundles(repository.toAbsolutePath().normalize())) {
            git(clone, "fetch", "--quiet", "--update-head-ok", bundle.toString(), "+refs/*:refs/*");
        }
        git(clone, "reset", "--quiet", "--hard", "main");
        git(clone, "fsck", "--full", "--strict");
        git(clone, "log", "--oneline", "--stat");
        out.println("  The clone is in " + clone);
    }

    private static List<Path> bundles(Path repository) throws IOException {
        try (Stream<Path> files = Files.list(repository.resolve("log"))) {
            return files.filter(f -> f.toString().endsWith(".bundle")).sorted().toList();
        }
    }

    private void git(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        out.println("  $ " + String.join(" ", command));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        text.lines().forEach(line -> out.println("    " + line));
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
        }
    }
}
