package dev.gitmemory.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The stock git client, which judges what we write. It must be installed; without it the tests fail. */
public final class StockGit {

    private final Path folder;

    private StockGit(Path folder) {
        this.folder = folder;
    }

    /** A new repository with a work tree, on the branch main. */
    public static StockGit init(Path folder) {
        return new StockGit(folder).initialized("init", "--quiet", "--initial-branch=main", ".");
    }

    /** A new bare repository whose HEAD is main. */
    public static StockGit initBare(Path folder) {
        return new StockGit(folder).initialized("init", "--quiet", "--bare", "--initial-branch=main", ".");
    }

    /** A repository that is there already. */
    public static StockGit at(Path folder) {
        return new StockGit(folder);
    }

    /** A clone with a work tree. */
    public static StockGit clone(String url, Path folder) {
        return new StockGit(folder).initialized("clone", "--quiet", url, ".");
    }

    /**
     * Restores a repository from the entries of its log, as an operator would who has nothing but the store's folder.
     */
    public static StockGit restore(Path log, Path folder) {
        StockGit git = initBare(folder);
        try (Stream<Path> entries = Files.list(log)) {
            for (Path entry : entries.sorted().toList()) {
                git.run("bundle", "verify", "--quiet", entry.toString());
                git.run("fetch", "--quiet", entry.toString(), "+refs/*:refs/*");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return git;
    }

    /**
     * Restores a repository from its folder in the store, as docs/operations.md tells: the newest checkpoint, then the
     * entries after it.
     */
    public static StockGit restoreFromCheckpoint(Path repository, Path folder) {
        StockGit git = initBare(folder);
        git.run("config", "gc.autoDetach", "false"); // in the background it would take packs away from under fsck
        List<Path> bundles = new ArrayList<>();
        List<Path> checkpoints = sorted(repository.resolve("checkpoint"));
        String newest = "";
        if (!checkpoints.isEmpty()) {
            bundles.add(checkpoints.get(checkpoints.size() - 1));
            newest = bundles.get(0).getFileName().toString();
        }
        for (Path entry : sorted(repository.resolve("log"))) {
            if (entry.getFileName().toString().compareTo(newest) > 0) {
                bundles.add(entry);
            }
        }
        for (Path bundle : bundles) {
            git.run("bundle", "verify", "--quiet", bundle.toString());
            git.run("fetch", "--quiet", bundle.toString(), "+refs/*:refs/*");
        }
        return git;
    }

    private static List<Path> sorted(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StockGit initialized(String... command) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(command);
        return this;
    }

    /** The folder it runs in. */
    public Path folder() {
        return folder;
    }

    /** What the command prints, without the last line end; throws with all it printed when it fails. */
    public String run(String... command) {
        Result result = attempt(command);
        if (result.exitCode() != 0) {
            throw new AssertionError("git " + String.join(" ", command) + " failed with " + result.exitCode() + ":\n"
                    + result.output() + result.errors());
        }
        return result.output().stripTrailing();
    }

    /** The lines that the command prints. */
    public List<String> lines(String... command) {
        return run(command).lines().toList();
    }

    /** What came of a command. */
    public record Result(int exitCode, String output, String errors) {}

    /** Runs a command with a file as its input; throws when it fails. */
    public void feed(Path input, String... command) {
        output(input, command);
    }

    /** What a command with a file as its input prints, without the last line end; throws when it fails. */
    public String output(Path input, String... command) {
        Result result = execute(ProcessBuilder.Redirect.from(input.toFile()), command);
        if (result.exitCode() != 0) {
            throw new AssertionError("git " + String.join(" ", command) + " failed:\n" + result.errors());
        }
        return result.output().stripTrailing();
    }

    /** Runs a command that may fail. */
    public Result attempt(String... command) {
        return execute(ProcessBuilder.Redirect.PIPE, command);
    }

    private Result execute(ProcessBuilder.Redirect input, String... command) {
        List<String> whole = new ArrayList<>(List.of("git"));
        whole.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(whole).directory(folder.toFile());
        Map<String, String> environment = builder.environment();
        // Whatever the person has configured must not decide what the tests say.
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("LC_ALL", "C.UTF-8");
        for (String who : List.of("AUTHOR", "COMMITTER")) {
            environment.put("GIT_" + who + "_NAME", "Pat Person");
            environment.put("GIT_" + who + "_EMAIL", "pat@example.org");
        }
        try {
            Path errors = Files.createTempFile("git", ".err");
            try {
                Process process = builder.redirectInput(input)
                        .redirectError(errors.toFile())
                        .start();
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Result(process.waitFor(), output, Files.readString(errors));
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The tests need the git command line client; is it installed?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while git was running", e);
        }
    }

    /** Every file of a commit by its path. */
    public SortedMap<String, String> files(String revision) {
        SortedMap<String, String> files = new TreeMap<>();
        for (String path : run("ls-tree", "-r", "-z", "--name-only", revision).split("\0", -1)) {
            if (!path.isEmpty()) {
                files.put(
                        path, attempt("cat-file", "blob", revision + ":" + path).output());
            }
        }
        return files;
    }

    /** Checks every object, strictly; throws when anything is wrong. */
    public void fsck() {
        run("fsck", "--full", "--strict");
    }

    /** Writes a file into the work tree and adds it. */
    public StockGit put(String path, String content) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("add", "--", path);
        return this;
    }

    /** Commits what was added; answers the commit's id. */
    public String commit(String message) {
        run("commit", "--quiet", "--allow-empty", "-m", message);
        return run("rev-parse", "HEAD");
    }
}
