package dev.gitmemory.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Installation;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.store.GcsStores;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.FaultyStore.CreateFault;
import dev.gitmemory.testing.gcs.GcsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sidecars that start at once with a store that has no id yet, and starts that are cut off by a fault. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FirstStoreBindingTest {

    @TempDir
    static Path folder;

    private EmbeddedDatabase database;
    private Database ledger;

    @BeforeAll
    void anEmptyLedger() throws SQLException {
        database = EmbeddedDatabase.migrated();
        ledger = Database.connect(database.sidecarSettings(), TableNames.DEFAULT);
    }

    @AfterAll
    void close() throws SQLException {
        ledger.close();
        database.close();
    }

    @BeforeEach
    void forget() throws SQLException {
        database.execute("DELETE FROM git_memory.store");
    }

    private static ObjectStore store(String name) throws IOException {
        return Stores.open(folder.resolve(name).toUri().toString());
    }

    private Optional<Installation.Store> known() {
        return ledger.inTransaction(tx -> tx.installation().store());
    }

    @Test
    void firstWritersOfOneStoreThatStartAtOnceAgreeOnItsId() throws Exception {
        for (int round = 0; round < 20; round++) {
            forget();
            try (ObjectStore store = store("race" + round)) {
                List<Callable<Boolean>> starts = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    starts.add(() -> {
                        StoreBinding binding = new StoreBinding(ledger);
                        binding.check(store, true);
                        binding.bind(store);
                        return binding.check(store, true).isEmpty();
                    });
                }
                assertThat(failuresOf(starts)).isEmpty();
                assertThat(StoreIdentity.read(store)).isEqualTo(known().map(Installation.Store::id));
            }
        }
    }

    @Test
    void ofFirstWritersWithTwoStoresThoseWithOneWin() throws Exception {
        for (int round = 0; round < 20; round++) {
            forget();
            try (ObjectStore one = store("one" + round);
                    ObjectStore two = store("two" + round)) {
                List<Callable<Boolean>> starts = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    ObjectStore mine = i % 2 == 0 ? one : two;
                    starts.add(() -> {
                        new StoreBinding(ledger).bind(mine); // each has looked before any has written
                        return true;
                    });
                }
                List<Throwable> failures = failuresOf(starts);
                String winner = known().orElseThrow().address();
                assertThat(winner).isIn(StoreIdentity.address(one), StoreIdentity.address(two));
                assertThat(failures).hasSize(3).allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(StoreMismatchException.class)
                        .hasMessageContaining("belongs to the store " + winner));
                ObjectStore loser = winner.equals(StoreIdentity.address(one)) ? two : one;
                assertThatThrownBy(() -> new StoreBinding(ledger).check(loser, true))
                        .isInstanceOf(StoreMismatchException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void afterAFaultTheNextStartGoesOn(CreateFault fault, boolean fails) throws IOException {
        try (ObjectStore place = store("faulty-" + fault)) {
            FaultyStore store = new FaultyStore(place).nextCreates(fault);
            StoreBinding binding = new StoreBinding(ledger);
            if (fails) {
                assertThatThrownBy(() -> binding.bind(store)).isInstanceOf(IOException.class);
                assertThat(known())
                        .as("the ledger names no store that has no id")
                        .isEmpty();
            }
            binding.check(store, true);
            binding.bind(store);
            assertThat(StoreIdentity.read(place)).isEqualTo(known().map(Installation.Store::id));
            store.deliverLate(); // what was on its way finds the id
            assertThat(StoreIdentity.read(place)).isEqualTo(known().map(Installation.Store::id));
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(CreateFault.LOST_ANSWER, false),
                Arguments.of(CreateFault.STORED_BUT_SAYS_EXISTED, false),
                Arguments.of(CreateFault.FAILED_BEFORE, true),
                Arguments.of(CreateFault.SAYS_EXISTED, true),
                Arguments.of(CreateFault.DELAYED, true));
    }

    @Test
    void inABucketWhoseServiceFailsItIsTheSame() throws Exception {
        try (GcsServer server = GcsServer.start("bucket");
                ObjectStore one = GcsStores.open(server);
                ObjectStore other = GcsStores.open(server)) {
            server.faults().oneIn(4, 20261130);
            List<Callable<Boolean>> starts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ObjectStore mine = i % 2 == 0 ? one : other;
                starts.add(() -> {
                    new StoreBinding(ledger).bind(mine);
                    return true;
                });
            }
            List<Throwable> failures = failuresOf(starts);
            server.faults().oneIn(0, 0);
            assertThat(failures)
                    .allMatch(failure -> failure instanceof IOException)
                    .hasSizeLessThan(6);
            Installation.Store store = known().orElseThrow();
            assertThat(store.address()).isEqualTo(GcsStores.URI);
            assertThat(StoreIdentity.read(one)).contains(store.id());
            assertThat(new StoreBinding(ledger).check(other, true)).isEmpty();
            new StoreBinding(ledger).bind(other);
            assertThat(known()).contains(store);
        }
    }

    private static List<Throwable> failuresOf(List<Callable<Boolean>> calls) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            List<Throwable> failures = new ArrayList<>();
            for (Future<Boolean> answer : threads.invokeAll(calls)) {
                try {
                    answer.get();
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }
}
