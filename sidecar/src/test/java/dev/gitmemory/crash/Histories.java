package dev.gitmemory.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.crash.CrashWorld.Fact;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.StockGit;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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
     * @return which of the lines are there
     */
    Set<String> check(String agent, Map<String, Fact> facts) {
        StockGit git = StockGit.restoreFromCheckpoint(
                store.resolve(new RepoId(Application.ORGANIZATION, agent).prefix()), folder.resolve(agent));
        assertThat(git.run("fsck", "--full", "--strict"))
                .as("fsck of %s", agent)
                .isEmpty();
        Map<String, Integer> times = new HashMap<>();
        git.lines("log", "--format=%s", "--unified=0", "-p", "main")
                .forEach(line -> times.merge(line, 1, Integer::sum));
        Set<String> there = new HashSet<>();
        facts.forEach((line, fact) -> {
            int found = times.getOrDefault(line, 0);
            assertThat(found)
                    .as("times that %s has '%s'", agent, line)
                    .isBetween(fact == Fact.ONCE ? 1 : 0, fact == Fact.NEVER ? 0 : 1);
            if (found > 0) {
                there.add(line);
            }
        });
        return there;
    }
}
