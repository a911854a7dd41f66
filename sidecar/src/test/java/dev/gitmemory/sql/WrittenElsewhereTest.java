package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Caller;
import dev.gitmemory.service.RowsImport;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.ForwardingStore;
import dev.gitmemory.testing.Http.Answer;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sidecar that has read an agent's log to its end, and another one that writes on before the first has the ledger's lock. */
class WrittenElsewhereTest extends SqlTest {

    private LateStore late;
    private Sidecar reading;
    private Sidecar writing;

    @BeforeEach
    void twoSidecars() throws SQLException, IOException {
        late = new LateStore(store);
        reading = sidecar(late);
        writing = sidecar(store);
        application.createAgent("a");
        application.createBlock("a", "block-a", "system/persona", "I am a");
        post(writing, "enable");
        assertThat(reading.http()
                        .get("/v1/agents/a/git-memory/blocks/system/persona")
                        .status())
                .isEqualTo(200);
    }

    private static void post(Sidecar sidecar, String what) {
        assertThat(sidecar.http().post("/v1/agents/a/git-memory/" + what, "").status())
                .isEqualTo(200);
    }

    @Test
    void anAgentThatIsEnabledAndDisabledMeanwhileIsEnabledAgain() throws Exception {
        post(writing, "disable");
        application.update("UPDATE block SET value = 'meanwhile' WHERE id = 'block-a'");
        late.holdWhoMisses(2);
        CompletableFuture<Answer> enabling =
                CompletableFuture.supplyAsync(() -> reading.http().post("/v1/agents/a/git-memory/enable", ""));
        late.awaitHeld();
        post(writing, "enable");
        post(writing, "disable");
        late.letGo();

        assertThat(enabling.get().body()).contains("\"state\":\"enabled\"");
        assertThat(messages("a")).containsExactly("Enable git memory for a", "Enable again git memory for a");
        assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
    }

    @Test
    void rowsThatEqualWhatWasWrittenMeanwhileAreNotImported() throws Exception {
        late.holdWhoMisses(2);
        CompletableFuture<RowsImport> importing =
                CompletableFuture.supplyAsync(() -> reading.memory().importRows("a", Caller.system(), false));
        late.awaitHeld();
        assertThat(writing.http()
                        .patch("/v1/agents/a/core-memory/blocks/system%2Fpersona", "{\"value\": \"meanwhile\"}")
                        .status())
                .isEqualTo(200);
        late.letGo();

        assertThat(importing.get().lost()).isNull();
        assertThat(messages("a")).containsExactly("Enable git memory for a", "Update system/persona");
        assertThat(block("a", "system/persona", "value")).isEqualTo("meanwhile");
    }

    /** Holds the first reader that misses an entry, with that answer in hand. */
    private static final class LateStore extends ForwardingStore {

        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private volatile String key = "none";

        LateStore(ObjectStore store) {
            super(store);
        }

        void holdWhoMisses(int entry) {
            key = "/%020d.bundle".formatted(entry);
        }

        void awaitHeld() throws InterruptedException {
            held.await();
        }

        void letGo() {
            open.countDown();
        }

        private byte @Nullable [] answer(String asked, byte @Nullable [] content) throws IOException {
            if (content == null && asked.endsWith(key) && !asked.contains("checkpoint")) {
                held.countDown();
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new IOException("interrupted while held", e);
                }
            }
            return content;
        }

        @Override
        public byte @Nullable [] read(String asked) throws IOException {
            return answer(asked, super.read(asked));
        }

        @Override
        public byte @Nullable [] read(String asked, long offset, int length) throws IOException {
            return answer(asked, super.read(asked, offset, length));
        }
    }
}
