package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.CapturedLog;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The loop that every agent depends on has no end but its closing. */
final class ReconcileLoopTest {

    /** Fails a few times with what is no exception. */
    private static final class BrokenClock extends Clock {

        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public Instant instant() {
            if (asked.incrementAndGet() <= 3) {
                throw new OutOfMemoryError("Java heap space");
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void anErrorEndsOnePassAndNotTheLoop() throws Exception {
        try (EmbeddedDatabase postgres = EmbeddedDatabase.migrated();
                ObjectStore store = Stores.open("memory:");
                Database database = Database.connect(postgres.sidecarSettings(), TableNames.DEFAULT);
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(database));
                CapturedLog lines = CapturedLog.of(ReconcileLoop.class)) {
            GitMemory memory = new GitMemory(database, repositories, new BrokenClock(), Steps.NONE);
            Application application = new Application(postgres.dataSource());
            application.createAgent("iris");
            application.tag("iris");
            try (ReconcileLoop loop = ReconcileLoop.start(memory.reconciler())) {
                loop.wake();
                while (memory.reconciler().figures().takenOver() == 0) {
                    Thread.onSpinWait();
                }
            }
            assertThat(lines.messages())
                    .filteredOn(line -> line.contains("failed"))
                    .hasSize(3);
        }
    }
}
