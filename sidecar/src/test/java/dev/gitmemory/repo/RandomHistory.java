package dev.gitmemory.repo;

import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A history with branches, merges and several roots, made by stock git from a seed and pushed into a repository. Files
 * have few contents, so that changes are undone and sides of a merge agree by chance.
 */
final class RandomHistory {

    static final List<String> PATHS = List.of("a.md", "b.md", "system/a.md", "system/b.md", "system/deep/c.md");

    private final StockGit git;
    private final List<String> commits;

    private RandomHistory(StockGit git, List<String> commits) {
        this.git = git;
        this.commits = commits;
    }

    /** The repository of stock git that holds the same history. */
    StockGit git() {
        return git;
    }

    /** All commits, parents before children. */
    List<String> commits() {
        return commits;
    }

    /**
     * Makes a history and pushes it to {@code repository}.
     *
     * @param sameSecond whether commits may have the same time
     */
    static RandomHistory pushTo(MemoryRepository repository, Path folder, long seed, int size, boolean sameSecond)
            throws IOException {
        StockGit git = StockGit.initBare(folder);
        Path script = Files.writeString(folder.resolve("script"), script(new Random(seed), size, sameSecond));
        Path marks = folder.resolve("marks");
        git.feed(script, "fast-import", "--quiet", "--force", "--export-marks=" + marks);
        Map<Integer, String> byMark = new TreeMap<>();
        for (String line : Files.readAllLines(marks)) {
            byMark.put(Integer.parseInt(line.substring(1, line.indexOf(' '))), line.substring(line.indexOf(' ') + 1));
        }
        try (GitServer server = new GitServer(repository::jgit)) {
            git.run("push", "--quiet", server.url(), "refs/heads/*:refs/heads/*");
        }
        return new RandomHistory(git, List.copyOf(byMark.values()));
    }

    private static String script(Random random, int size, boolean sameSecond) {
        StringBuilder script = new StringBuilder();
        List<Map<String, String>> trees = new ArrayList<>();
        int time = 1_772_000_000;
        for (int mark = 1; mark <= size; mark++) {
            time += sameSecond ? random.nextInt(2) : 1 + random.nextInt(9);
            // The last is main; each commit has a branch of its own, so that all of them are pushed.
            String branch = mark == size ? "main" : "c" + mark;
            script.append("commit refs/heads/")
                    .append(branch)
                    .append("\nmark :")
                    .append(mark);
            script.append("\ncommitter Pat <pat@example.org> ").append(time).append(" +0000\n");
            String message = "Commit " + mark;
            script.append("data ")
                    .append(message.length())
                    .append('\n')
                    .append(message)
                    .append('\n');
            Map<String, String> tree = new TreeMap<>();
            List<Integer> parents = parents(random, mark);
            for (int i = 0; i < parents.size(); i++) {
                script.append(i == 0 ? "from :" : "merge :")
                        .append(parents.get(i))
                        .append('\n');
            }
            if (!parents.isEmpty()) {
                // Each file as in one of the parents, and sometimes as in none.
                for (String path : PATHS) {
                    String content = trees.get(parents.get(random.nextInt(parents.size())) - 1)
                            .get(path);
                    if (content != null) {
                        tree.put(path, content);
                    }
                }
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                change(random, tree);
            }
            script.append("deleteall\n");
            tree.forEach((path, content) -> script.append("M 100644 inline ")
                    .append(path)
                    .append("\ndata ")
                    .append(content.length())
                    .append('\n')
                    .append(content)
                    .append('\n'));
            script.append('\n');
            trees.add(tree);
        }
        return script.toString();
    }

    private static void change(Random random, Map<String, String> tree) {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        int content = random.nextInt(4);
        if (content == 0) {
            tree.remove(path);
        } else {
            tree.put(path, "line\n".repeat(content));
        }
    }

    private static List<Integer> parents(Random random, int mark) {
        List<Integer> parents = new ArrayList<>();
        if (mark > 1 && random.nextInt(20) > 0) {
            parents.add(recent(random, mark));
            for (int i = random.nextInt(10) - 6; i > 0; i--) {
                int other = recent(random, mark);
                if (!parents.contains(other)) {
                    parents.add(other);
                }
            }
        }
        return parents;
    }

    private static int recent(Random random, int mark) {
        return Math.max(1, mark - 1 - random.nextInt(4));
    }
}
