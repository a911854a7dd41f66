package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.ImportLimits;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.TransferProgress;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.ImportRequest;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An import that ends at any step is completed by the same import, or by a sidecar, and leaves nothing in between. */
final class ImportCrashTest extends TransferTest {

    /** What a crash is to the code that it strikes: nothing after it runs. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    private interface Work {
        void with(GitMemory memory) throws IOException;
    }

    private void inAProcessOfItsOwn(Steps steps, Work work) throws IOException {
        String store = String.valueOf(environment.get("GIT_MEMORY_STORE"));
        DatabaseSettings settings =
                new DatabaseSettings(database.jdbcUrl(), environment.get("GIT_MEMORY_DB_USER"), null);
        try (Database connected = Database.connect(settings, TableNames.DEFAULT);
                ObjectStore objects = Stores.open(store);
                MemoryRepositories repositories =
                        new MemoryRepositories(objects, Clock.systemUTC(), CommitKeys.read(connected))) {
            work.with(new GitMemory(connected, repositories, Clock.systemUTC(), steps));
        }
    }

    private @Nullable Integer limit;

    private ImportRequest request(Path from) {
        return new ImportRequest(from, null, false, ImportLimits.DEFAULT, false, limit, true);
    }

    private List<Steps.Step> stepsOf(String agentId, Path from) throws IOException {
        List<Steps.Step> reached = new ArrayList<>();
        inAProcessOfItsOwn(
                (step, id) -> reached.add(step),
                memory -> memory.importMemory(agentId, request(from), Caller.system(), TransferProgress.NONE));
        return reached;
    }

    private void crashAt(int nth, String agentId, Path from) {
        int[] left = {nth};
        assertThatThrownBy(() -> inAProcessOfItsOwn(
                        (step, id) -> {
                            if (left[0]-- == 0) {
                                throw new Crash();
                            }
                        },
                        memory -> memory.importMemory(agentId, request(from), Caller.system(), TransferProgress.NONE)))
                .isInstanceOf(Crash.class);
    }

    private Path source() {
        StockGit git = StockGit.init(folder.resolve("src"));
        git.put("system/persona.md", "One.").commit("One");
        git.put("system/persona.md", "Imported.").put("more.md", "More.").commit("Two");
        return git.folder();
    }

    private void agent(String agentId, boolean enabled) {
        application.createAgent(agentId);
        application.createBlock(agentId, "block-" + agentId, "persona", "I am " + agentId);
        if (enabled) {
            ok("enable", agentId);
        }
    }

    private void assertImported(String agentId) {
        assertThat(application.labels(agentId)).containsExactly("more", "system/persona");
        assertThat(application.block(agentId, "system/persona", "value")).isEqualTo("Imported.");
        assertThat(application.block(agentId, "system/persona", "id")).isEqualTo("block-" + agentId);
        assertInStep(agentId);
    }

    @Test
    void anImportIntoAnEnabledAgentIsCompletedByASidecar() throws IOException {
        Path from = source();
        agent("whole", true);
        int steps = stepsOf("whole", from).size();
        assertThat(steps).isGreaterThan(2);
        for (int nth = 0; nth < steps; nth++) {
            String agentId = "on-" + nth;
            agent(agentId, true);
            crashAt(nth, agentId, from);
            inAProcessOfItsOwn(Steps.NONE, memory -> memory.reconciler().run());
            assertImported(agentId);
            assertThat(importInto(agentId, from)).contains("already");
        }
    }

    @Test
    void anImportIntoAnAgentThatIsNotEnabledIsCompletedByTheSameImport() throws IOException {
        Path from = source();
        agent("whole", false);
        int steps = stepsOf("whole", from).size();
        assertThat(steps).isGreaterThan(4);
        assertImported("whole");
        for (int nth = 0; nth < steps; nth++) {
            String agentId = "off-" + nth;
            agent(agentId, false);
            crashAt(nth, agentId, from);
            importInto(agentId, from);
            assertImported(agentId);
        }
    }

    @Test
    void anImportThatGivesFilesALimitIsCompletedByTheSameImport() throws IOException {
        limit = 250_000;
        Path from = source();
        agent("whole", false);
        String before = application.block("whole", "persona", "limit");
        int steps = stepsOf("whole", from).size();
        for (int nth = 0; nth < steps; nth++) {
            String agentId = "off-" + nth;
            agent(agentId, false);
            crashAt(nth, agentId, from);
            importInto(agentId, from, "--limit", 250_000);
            assertImported(agentId);
            assertThat(application.block(agentId, "more", "limit")).isEqualTo("250000");
            assertThat(application.block(agentId, "system/persona", "limit")).isEqualTo(before);
        }
    }
}
