package dev.gitmemory.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.StockGit;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What stock git finds in the store, of which nothing but git is asked. */
final class Histories {

    private final Path store;
    private final Path folder;

    Histories(Path store, Path folder) {
        this.store = store;
        this.folder = folder;
    }

    /**
     * Counts lines in the log of an agent, with its patches.
     *
     * @param facts the lines of which there may be one, and whether there has to be
     */
    void check(String agent, Map<String, Boolean> facts) {
        StockGit git = StockGit.restoreFromCheckpoint(
                store.resolve(new RepoId(Application.ORGANIZATION, agent).prefix()), folder.resolve(agent));
        assertThat(git.run("fsck", "--full", "--strict"))
                .as("fsck of %s", agent)
                .isEmpty();
        Map<String, Integer> times = new HashMap<>();
        git.lines("log", "--format=%s", "--unified=0", "-p", "main")
                .forEach(line -> times.merge(line, 1, Integer::sum));
        facts.forEach((line, certain) -> {
            int found = times.getOrDefault(line, 0);
            assertThat(found).as("times that %s has '%s'", agent, line).isBetween(certain ? 1 : 0, 1);
        });
    }
}
