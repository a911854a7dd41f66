package dev.gitmemory.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Installation;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.TransferProgress;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.FolderCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state that a ledger and a store can be in towards each other, and what may be done in it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreBindingTest {

    private static final UUID LEDGER = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final UUID ANOTHER = UUID.fromString("22222222-2222-4222-8222-222222222222");

    /** What the ledger says of its store. */
    private enum Known {
        NOTHING,
        HERE,
        ELSEWHERE
    }

    /** What the store says of itself. */
    private enum Says {
        NOTHING,
        SAME,
        OTHER,
        NONSENSE
    }

    /** What the store has of the ledger's two repositories. */
    private enum Has {
        NO_REPOSITORY_IS_KNOWN,
        ALL,
        ONE_ENDS_EARLIER,
        ONE_IS_ANOTHER_LOG,
        NOTHING
    }

    private record State(Known known, Says says, Has has) {

        boolean agrees() {
            return has == Has.ALL || has == Has.NO_REPOSITORY_IS_KNOWN;
        }
    }

    @TempDir
    static Path folder;

    private EmbeddedDatabase full;
    private EmbeddedDatabase empty;
    private Database fullLedger;
    private Database emptyLedger;
    private int stores;

    static Stream<State> states() {
        return Stream.of(Known.values()).flatMap(known -> Stream.of(Says.values())
                .flatMap(says -> Stream.of(Has.values()).map(has -> new State(known, says, has))));
    }

    @BeforeAll
    void twoLedgers() throws SQLException, IOException {
        full = EmbeddedDatabase.migrated();
        empty = EmbeddedDatabase.migrated();
        fullLedger = Database.connect(full.sidecarSettings(), TableNames.DEFAULT);
        emptyLedger = Database.connect(empty.sidecarSettings(), TableNames.DEFAULT);
        write(folder.resolve("first"), "a", "b");
        FolderCopy.copy(folder.resolve("first"), folder.resolve("earlier"));
        try (ObjectStore store = store("first");
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(fullLedger))) {
            GitMemory memory = new GitMemory(fullLedger, repositories, Clock.systemUTC(), Steps.NONE);
            memory.disable("b");
            full.execute("UPDATE block SET value = 'another' WHERE id = 'block-b'");
            memory.enable("b", Caller.system()); // a second entry
        }
        Files.move(folder.resolve("first"), folder.resolve("all"));
        FolderCopy.copy(folder.resolve("all"), folder.resolve("another"));
        FolderCopy.delete(folder.resolve("another/org-1/b"));
        FolderCopy.copy(folder.resolve("other-log/org-1/b"), folder.resolve("another/org-1/b"));
    }

    private void write(Path place, String... agents) throws SQLException, IOException {
        Application application = new Application(full.dataSource());
        for (String agent : agents) {
            application.createAgent(agent);
            application.createBlock(agent, "block-" + agent, "persona", "I am " + agent);
        }
        enable(fullLedger, place, agents);
        EmbeddedDatabase elsewhere = EmbeddedDatabase.migrated();
        try (Database ledger = Database.connect(elsewhere.sidecarSettings(), TableNames.DEFAULT)) {
            Application there = new Application(elsewhere.dataSource());
            there.createAgent("b");
            there.createBlock("b", "block-b", "persona", "I am not that b");
            Path log = folder.resolve("other-log");
            enable(ledger, log, "b");
            try (ObjectStore store = Stores.open(log.toUri().toString());
                    MemoryRepositories repositories =
                            new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(ledger))) {
                GitMemory memory = new GitMemory(ledger, repositories, Clock.systemUTC(), Steps.NONE);
                memory.disable("b");
                elsewhere.execute("UPDATE block SET value = 'again' WHERE id = 'block-b'");
                memory.enable("b", Caller.system());
            }
        }
        elsewhere.close();
    }

    private static void enable(Database ledger, Path place, String... agents) throws IOException {
        try (ObjectStore store = Stores.open(place.toUri().toString());
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(ledger))) {
            GitMemory memory = new GitMemory(ledger, repositories, Clock.systemUTC(), Steps.NONE);
            for (String agent : agents) {
                memory.enable(agent, Caller.system());
            }
        }
    }

    @AfterAll
    void close() throws SQLException {
        fullLedger.close();
        emptyLedger.close();
        full.close();
        empty.close();
    }

    @BeforeEach
    void forget() throws SQLException {
        full.execute("DELETE FROM git_memory.store");
        empty.execute("DELETE FROM git_memory.store");
    }

    private ObjectStore store(String name) throws IOException {
        return Stores.open(folder.resolve(name).toUri().toString());
    }

    private Database ledger(State state) {
        return state.has() == Has.NO_REPOSITORY_IS_KNOWN ? emptyLedger : fullLedger;
    }

    /** A store of its own in that state, and the ledger in it, too. */
    private ObjectStore arrange(State state) throws IOException {
        Path place = folder.resolve("store" + ++stores);
        switch (state.has()) {
            case ALL -> FolderCopy.copy(folder.resolve("all"), place);
            case ONE_ENDS_EARLIER -> FolderCopy.copy(folder.resolve("earlier"), place);
            case ONE_IS_ANOTHER_LOG -> FolderCopy.copy(folder.resolve("another"), place);
            default -> Files.createDirectory(place);
        }
        ObjectStore store = Stores.open(place.toUri().toString());
        String id =
                switch (state.says()) {
                    case NOTHING -> "";
                    case SAME -> "{\"id\": \"" + LEDGER + "\"}";
                    case OTHER -> "{\"id\": \"" + ANOTHER + "\"}";
                    case NONSENSE -> "nonsense";
                };
        if (!id.isEmpty()) {
            store.create(StoreIdentity.KEY, id.getBytes(UTF_8));
        }
        if (state.known() != Known.NOTHING) {
            String address = state.known() == Known.HERE ? StoreIdentity.address(store) : "file:///elsewhere";
            ledger(state).execute(tx -> tx.installation().replaceStore(new Installation.Store(LEDGER, address)));
        }
        return store;
    }

    private static Optional<Installation.Store> known(Database ledger) {
        return ledger.inTransaction(tx -> tx.installation().store());
    }

    private static @Nullable String content(ObjectStore store) throws IOException {
        byte[] content = store.read(StoreIdentity.KEY);
        return content == null ? null : new String(content, UTF_8);
    }

    @ParameterizedTest
    @MethodSource("states")
    void whoeverOpensAStore(State state) throws IOException {
        Database ledger = ledger(state);
        StoreBinding binding = new StoreBinding(ledger);
        try (ObjectStore store = arrange(state)) {
            Optional<Installation.Store> before = known(ledger);
            String object = content(store);
            boolean knows = state.known() != Known.NOTHING;
            boolean same = state.says() == Says.SAME;
            boolean readable = state.says() != Says.NONSENSE && (knows ? same : state.has() != Has.NOTHING);
            boolean writable = readable && (state.known() == Known.HERE || state.agrees());

            Attempt reading = Attempt.of(() -> binding.check(store, false));
            Attempt writing = Attempt.of(() -> binding.check(store, true));

            assertThat(reading.refusal == null)
                    .as("reading: " + reading.refusal)
                    .isEqualTo(readable);
            assertThat(writing.refusal == null)
                    .as("writing: " + writing.refusal)
                    .isEqualTo(writable);
            assertThat(reading.note.isPresent()).isEqualTo(readable && state.known() == Known.ELSEWHERE);
            assertThat(writing.note.isPresent()).isEqualTo(writable && state.known() == Known.ELSEWHERE);
            assertThat(known(ledger)).as("a look changes nothing").isEqualTo(before);
            assertThat(content(store)).as("a look makes nothing").isEqualTo(object);
            if (writing.refusal instanceof StoreMismatchException refused) {
                assertThat(refused)
                        .hasMessageContaining(StoreIdentity.address(store))
                        .hasMessageContaining("othing was changed")
                        .hasMessageContaining("--store")
                        .hasMessageContaining("store adopt");
            }
            if (writable) {
                binding.bind(store);
                Installation.Store now = known(ledger).orElseThrow();
                assertThat(now.address()).isEqualTo(StoreIdentity.address(store));
                assertThat(StoreIdentity.read(store)).contains(now.id());
                assertThat(binding.check(store, true)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("states")
    void whoeverAdoptsAStore(State state) throws IOException {
        Database ledger = ledger(state);
        StoreBinding binding = new StoreBinding(ledger);
        try (ObjectStore store = arrange(state)) {
            Optional<Installation.Store> before = known(ledger);
            String object = content(store);
            boolean isAnother = state.known() != Known.NOTHING && state.says() == Says.OTHER;
            boolean adopts = state.says() != Says.NONSENSE && state.agrees();
            boolean adoptsOlder = state.says() != Says.NONSENSE && (state.agrees() || !isAnother);

            Attempt plain = Attempt.of(() -> adopt(binding, store, false));
            assertThat(plain.refusal == null).as("adopted: " + plain.refusal).isEqualTo(adopts);
            if (!adopts) {
                assertThat(known(ledger)).isEqualTo(before);
                assertThat(content(store)).isEqualTo(object);
            }
            Attempt older = Attempt.of(() -> adopt(binding, store, true));
            assertThat(older.refusal == null).as("older: " + older.refusal).isEqualTo(adoptsOlder);
            if (!adoptsOlder) {
                assertThat(known(ledger)).isEqualTo(before);
                assertThat(content(store)).isEqualTo(object);
                return;
            }
            assertThat(known(ledger).orElseThrow().address()).isEqualTo(StoreIdentity.address(store));
            assertThat(StoreIdentity.read(store)).isEqualTo(known(ledger).map(Installation.Store::id));
            if (state.known() != Known.NOTHING && state.says() == Says.NOTHING) {
                assertThat(StoreIdentity.read(store)).as("it gets its id back").contains(LEDGER);
            }
            assertThat(binding.check(store, true)).isEmpty();
        }
    }

    private static Optional<String> adopt(StoreBinding binding, ObjectStore store, boolean older) throws IOException {
        return Optional.of(
                binding.adopt(store, older, TransferProgress.NONE).now().address());
    }

    /** What came of a call: a note, or an error. */
    private static final class Attempt {

        private final Optional<String> note;
        private final @Nullable IOException refusal;

        private Attempt(Optional<String> note, @Nullable IOException refusal) {
            this.note = note;
            this.refusal = refusal;
        }

        /** A call that may be refused. */
        private interface Call {
            Optional<String> run() throws IOException;
        }

        static Attempt of(Call call) {
            try {
                return new Attempt(call.run(), null);
            } catch (IOException e) {
                return new Attempt(Optional.empty(), e);
            }
        }
    }

    @Test
    void aProcessThatDiedBetweenObjectAndLedgerLeavesAStoreThatTheNextOneTakesUp() throws IOException {
        try (ObjectStore store = store("all")) {
            UUID left = StoreIdentity.create(store, UUID.randomUUID());
            StoreBinding binding = new StoreBinding(fullLedger);
            assertThat(binding.check(store, true)).isEmpty();
            binding.bind(store);
            assertThat(known(fullLedger).map(Installation.Store::id)).contains(left);
            store.delete(StoreIdentity.KEY);
        }
    }

    @Test
    void entriesThatWereDeletedByRetentionAreNoReasonToRefuse() throws IOException {
        Path place = folder.resolve("retained");
        FolderCopy.copy(folder.resolve("all"), place);
        try (ObjectStore store = store("retained");
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(fullLedger))) {
            GitMemory memory = new GitMemory(fullLedger, repositories, Clock.systemUTC(), Steps.NONE);
            memory.compaction().compact("b", null);
            Files.delete(place.resolve("org-1/b/repo.git/log/00000000000000000001.bundle"));
            assertThat(new StoreBinding(fullLedger).check(store, true)).isEmpty();
        }
    }

    @Test
    void twoLedgersMayShareAStoreAndHaveTheSameId() throws IOException {
        try (ObjectStore store = store("shared")) {
            new StoreBinding(emptyLedger).bind(store);
            FolderCopy.copy(folder.resolve("all/org-1"), folder.resolve("shared/org-1"));
            StoreBinding other = new StoreBinding(fullLedger);
            other.check(store, true);
            other.bind(store);
            assertThat(known(fullLedger)).isEqualTo(known(emptyLedger));
        }
    }

    @Test
    void aStoreInMemoryIsNeverWrittenDown() throws IOException {
        try (ObjectStore memory = Stores.open("memory:")) {
            StoreBinding binding = new StoreBinding(emptyLedger);
            binding.check(memory, true);
            binding.bind(memory);
            assertThat(known(emptyLedger)).isEmpty();
            assertThat(memory.list("", "", 1)).isEmpty();
            assertThatThrownBy(() -> new StoreBinding(fullLedger).check(memory, true))
                    .as("the ledger knows repositories")
                    .isInstanceOf(StoreMismatchException.class);
            assertThatThrownBy(() -> adopt(binding, memory, true)).isInstanceOf(StoreMismatchException.class);
        }
    }

    @Test
    void aFolderHasOneAddressWhateverPathLeadsThere() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        String address = StoreIdentity.address(Stores.open(real.toUri().toString()));
        assertThat(address).startsWith("file:///").endsWith("/real");
        for (String uri : List.of(link.toUri().toString(), real + "/", real + "/../real", real.toString())) {
            String setting = uri.startsWith("file:") ? uri : "file://" + uri;
            assertThat(StoreIdentity.address(Stores.open(setting))).as(setting).isEqualTo(address);
        }
    }

    @Test
    void onlySidecarsMayReadOrWriteWhichStoreItIs() throws SQLException {
        Application application = new Application(full.dataSource());
        assertThat(application.query(
                        "SELECT a.grantee::regrole::text AS who, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)"
                                + " AS may FROM pg_class c, aclexplode(c.relacl) a"
                                + " WHERE c.oid = 'git_memory.store'::regclass AND a.grantee <> c.relowner GROUP BY 1"))
                .containsExactly(Map.of("who", "git_memory_sidecar", "may", "INSERT, SELECT, UPDATE"));
    }
}
