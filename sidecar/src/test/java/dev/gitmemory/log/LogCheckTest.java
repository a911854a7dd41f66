package dev.gitmemory.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every kind of damage is found and named, each once, and what is whole has no findings. */
final class LogCheckTest {

    private static final int ENTRIES = 40;
    private static final String CHECKPOINTS = LogFixture.PREFIX + "/checkpoint/";

    private final ObjectStore store;
    private final ExecutorService readers = Executors.newFixedThreadPool(4);

    LogCheckTest() throws IOException {
        this.store = Stores.open("memory:");
    }

    @BeforeEach
    void writeLog() throws IOException {
        BundleLog log = LogFixture.open(store);
        for (int i = 1; i < ENTRIES; i++) {
            LogFixture.append(log, "Write " + i);
        }
        LogState on = log.state();
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = on.targets();
        refs.put("refs/tags/v1", LogFixture.stageTag(staging, requireNonNull(on.head()), "v1"));
        assertThat(log.append(on, refs, staging)).isNotNull();
    }

    @AfterEach
    void stop() {
        readers.shutdownNow();
    }

    private LogCheck.Result check() throws IOException {
        return check(store);
    }

    private LogCheck.Result check(ObjectStore in) throws IOException {
        return LogCheck.run(in, LogFixture.PREFIX, readers, (done, total) -> assertThat(done)
                .isPositive());
    }

    private void assertFound(String key, String what) throws IOException {
        List<LogFinding> findings = check().findings();
        assertThat(findings).as(findings.toString()).hasSize(1);
        assertThat(findings.get(0).key()).isEqualTo(key);
        assertThat(findings.get(0).what()).contains(what);
        assertThat(findings.get(0).remedy()).isNotBlank();
    }

    private byte[] object(String key) throws IOException {
        return requireNonNull(store.read(key));
    }

    private void replace(String key, byte[] content) throws IOException {
        store.delete(key);
        store.create(key, content);
    }

    private String checkpoint() throws IOException {
        BundleLog log = LogFixture.open(store);
        assertThat(log.checkpoint()).isTrue();
        return CHECKPOINTS + "%020d.bundle".formatted(log.state().entry());
    }

    @Test
    void aWholeLogIsClean() throws IOException {
        assertThat(check()).satisfies(r -> {
            assertThat(r.findings()).isEmpty();
            assertThat(r.entries()).isEqualTo(ENTRIES);
            assertThat(r.objects()).isEqualTo(3L * (ENTRIES - 1) + 2);
            assertThat(r.headSha())
                    .isEqualTo(requireNonNull(LogFixture.open(store).state().head())
                            .name());
        });
    }

    @Test
    void aWholeLogWithCheckpointsIsCleanAlsoWhenCoveredEntriesWereDeleted() throws IOException {
        checkpoint();
        BundleLog log = LogFixture.open(store);
        LogFixture.append(log, "more");
        checkpoint();
        LogFixture.append(log, "and more");
        assertThat(check().findings()).isEmpty();
        assertThat(check().checkpoints()).isEqualTo(2);

        for (int number = 1; number <= ENTRIES; number++) {
            store.delete(LogFixture.key(number));
        }
        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(2);
    }

    @Test
    void anEmptyFolderIsCleanAndHasNoHead() throws IOException {
        LogCheck.Result result = LogCheck.run(Stores.open("memory:"), LogFixture.PREFIX, readers, (done, total) -> {});
        assertThat(result).isEqualTo(new LogCheck.Result(List.of(), List.of(), 0, 0, 0, 0, null, false));
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        String checkpoint = checkpoint();
        for (String key : List.of(LogFixture.key(1), LogFixture.key(7), LogFixture.key(ENTRIES), checkpoint)) {
            byte[] whole = object(key);
            for (int at = 0; at < whole.length; at += 7) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << (at % 8));
                replace(key, damaged);

                List<LogFinding> findings = check().findings();

                // A name in the first entry's header is only noticed by the second entry, which names it.
                String named =
                        key.equals(LogFixture.key(1)) && !findings.get(0).key().equals(key) ? LogFixture.key(2) : key;
                assertThat(findings).as("%s, byte %d", key, at).isNotEmpty();
                assertThat(findings.get(0).key()).as("%s, byte %d", key, at).isEqualTo(named);
            }
            replace(key, whole);
        }
        assertThat(check().findings()).isEmpty();
    }

    @Test
    void everyTruncationIsFound() throws IOException {
        String checkpoint = checkpoint();
        for (String key : List.of(LogFixture.key(1), LogFixture.key(7), LogFixture.key(ENTRIES), checkpoint)) {
            byte[] whole = object(key);
            for (int length = 0; length < whole.length; length += 11) {
                replace(key, Arrays.copyOf(whole, length));
                List<LogFinding> findings = check().findings();
                assertThat(findings).as("%s, %d bytes", key, length).hasSize(1);
                assertThat(findings.get(0).key()).isEqualTo(key);
            }
            replace(key, whole);
        }
    }

    @Test
    void everyRunOfMissingEntriesIsOneFinding() throws IOException {
        for (int number : List.of(1, 7, 8, ENTRIES - 1)) {
            store.delete(LogFixture.key(number));
        }
        assertThat(check().findings())
                .extracting(LogFinding::key)
                .containsExactly(LogFixture.key(1), LogFixture.key(7), LogFixture.key(ENTRIES - 1));
        assertThat(check().findings().get(1).what()).contains("entries 7 to 8 are missing");
        assertThat(check().findings()).extracting(LogFinding::remedy).noneMatch(remedy -> remedy.contains("stray"));
    }

    @Test
    void aStrayFileFarBehindTheLastEntryIsSuspectedRatherThanAllBeforeItMissed() throws IOException {
        for (long stray : new long[] {1_000_000, Long.MAX_VALUE}) {
            for (byte[] content : List.of(new byte[0], object(LogFixture.key(5)))) {
                store.create(LogFixture.key(stray), content);
                List<LogFinding> findings = check().findings();
                assertThat(findings)
                        .extracting(LogFinding::key)
                        .containsExactly(LogFixture.key(ENTRIES + 1), LogFixture.key(stray));
                assertThat(findings.get(0).what())
                        .contains("entries %d to %d are missing".formatted(ENTRIES + 1, stray - 1));
                assertThat(findings.get(0).remedy())
                        .contains("if '" + LogFixture.key(stray) + "' is a stray file, move it away");
                assertThat(findings.get(1).remedy()).contains("if it is a stray file, move it away");
                store.delete(LogFixture.key(stray));
            }
        }
    }

    @Test
    void aStrayCheckpointFarBehindTheLastEntryIsNamed() throws IOException {
        for (long stray : new long[] {1_000_000, Long.MAX_VALUE}) {
            String key = CHECKPOINTS + "%020d.bundle".formatted(stray);
            store.create(key, new byte[0]);
            assertThat(check().findings())
                    .extracting(LogFinding::key)
                    .containsExactlyInAnyOrder(key, LogFixture.key(stray));
            assertThat(check().findings())
                    .filteredOn(finding -> finding.key().equals(LogFixture.key(stray)))
                    .extracting(LogFinding::remedy)
                    .allMatch(remedy -> remedy.contains("if the checkpoint is a stray file, move that away"));
            store.delete(key);
        }
    }

    @Test
    void anEntryThatIsMissingBeforeACheckpointIsFoundAndSaidToBeCovered() throws IOException {
        checkpoint();
        store.delete(LogFixture.key(7));
        assertFound(LogFixture.key(7), "missing");
        assertThat(check().findings().get(0).remedy()).contains("nothing is lost");
        store.delete(LogFixture.key(8));
        store.delete(LogFixture.key(9));
        assertFound(LogFixture.key(7), "entries 7 to 9 are missing");
    }

    @Test
    void theEntryThatACheckpointIsNamedAfterMustBeThere() throws IOException {
        checkpoint();
        store.delete(LogFixture.key(ENTRIES));
        assertFound(LogFixture.key(ENTRIES), "missing");
    }

    @Test
    void swappedEntriesAreBothFound() throws IOException {
        byte[] five = object(LogFixture.key(5));
        byte[] six = object(LogFixture.key(6));
        replace(LogFixture.key(5), six);
        replace(LogFixture.key(6), five);
        assertThat(check().findings())
                .extracting(LogFinding::key)
                .containsExactly(LogFixture.key(5), LogFixture.key(6));
        assertThat(check().findings().get(0).what()).contains("it is entry 6 under another number");
    }

    @Test
    void anEntryOfAnotherLogIsFound() throws IOException {
        ObjectStore other = Stores.open("memory:");
        BundleLog log = LogFixture.open(other);
        for (int i = 1; i < 6; i++) {
            LogFixture.append(log, "Other " + i);
        }
        replace(LogFixture.key(5), requireNonNull(other.read(LogFixture.key(5))));
        assertFound(LogFixture.key(5), "the chain is broken");
    }

    @Test
    void foreignObjectsAreFound() throws IOException {
        for (String name : List.of("log/notes.txt", "log/00000000000000000000.bundle", "HEAD", "retention/x.txt")) {
            String key = LogFixture.PREFIX + "/" + name;
            store.create(key, new byte[0]);
            assertFound(key, "does not belong here");
            store.delete(key);
        }
    }

    @Test
    void whatSystemsAndCopyingProgramsLeaveIsNamedAndDoesNoHarm() throws IOException {
        String checkpoint = checkpoint();
        List<String> names = new ArrayList<>();
        for (String name : List.of(".DS_Store", ".nfs0000001", ".00000000000000000001.bundle.Xa12b", "Thumbs.db")) {
            for (String folder : List.of("log/", "checkpoint/", "retention/")) {
                names.add(LogFixture.PREFIX + "/" + folder + name);
                store.create(LogFixture.PREFIX + "/" + folder + name, new byte[] {1});
            }
        }

        assertThat(check().findings()).isEmpty();
        assertThat(check().ignored()).containsExactlyInAnyOrderElementsOf(names);

        BundleLog log = LogFixture.open(store);
        LogFixture.append(log, "goes on");
        assertThat(log.state().entry()).isEqualTo(ENTRIES + 1);
        StoredLog stored = new StoredLog(store, LogFixture.PREFIX);
        assertThat(stored.compareEnd(ENTRIES + 1)).isZero();
        assertThat(stored.compareEnd(ENTRIES + 2)).isNegative();
        assertThat(stored.compareEnd(ENTRIES)).isPositive();
        assertThat(stored.deleteCovered(EntryRetention.SHORTEST, Instant.now())).isZero();
        assertThat(LogFixture.open(store).state().entry()).isEqualTo(ENTRIES + 1);
        assertThat(store.read(checkpoint)).isNotNull();
    }

    /** An entry as a writer with a fault could make it: every checksum is right. */
    private void forge(SortedMap<String, ObjectId> refs, List<NewObject> objects) throws IOException {
        LogState on = LogFixture.open(store).state();
        BundleHeader header = LogStates.next(
                on, Owner.of(LogFixture.PREFIX).sign(refs), UUID.randomUUID().toString());
        store.create(
                LogFixture.key(on.entry() + 1),
                BundleCodec.encode(header, objects).bytes());
    }

    @Test
    void aRefThatWasForkedIsFound() throws IOException {
        BundleLog log = LogFixture.open(store);
        SortedMap<String, ObjectId> refs = log.state().targets();
        LoggedCommit head = requireNonNull(log.commit(requireNonNull(log.state().head())));
        refs.put(LogState.MAIN, head.parents().get(0).copy());
        forge(refs, List.of());
        assertFound(LogFixture.key(ENTRIES + 1), "history was rewritten");
    }

    @Test
    void aRefToNothingAndAMissingMainAreFound() throws IOException {
        SortedMap<String, ObjectId> refs = LogFixture.open(store).state().targets();
        ObjectId nothing = ObjectId.fromString("1234567890123456789012345678901234567890");
        refs.put("refs/heads/side", nothing);
        forge(refs, List.of());
        assertFound(LogFixture.key(ENTRIES + 1), "refs/heads/side points to " + nothing.name());

        store.delete(LogFixture.key(ENTRIES + 1));
        SortedMap<String, ObjectId> onlyTag = new TreeMap<>(refs.tailMap("refs/tags/"));
        forge(onlyTag, List.of());
        assertFound(LogFixture.key(ENTRIES + 1), "it has no " + LogState.MAIN);
    }

    @Test
    void anEntryThatLacksObjectsIsFound() throws IOException {
        BundleLog log = LogFixture.open(store);
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = log.state().targets();
        ObjectId commit = LogFixture.stageCommit(staging, log.state().head(), "never stored");
        refs.put(LogState.MAIN, commit);
        forge(refs, List.of(requireNonNull(staging.get(commit))));
        assertFound(LogFixture.key(ENTRIES + 1), "1 objects that it needs are in no entry, such as tree");
    }

    private byte[] encodeCheckpoint(SortedMap<String, ObjectId> refs, List<NewObject> objects) throws IOException {
        return BundleCodec.encode(new BundleHeader(new TreeSet<>(), "", refs), objects)
                .bytes();
    }

    private List<NewObject> objectsOf(byte[] checkpoint) throws IOException {
        List<NewObject> objects = new ArrayList<>();
        for (LoggedObject object : CheckpointCodec.decode(checkpoint).objects()) {
            objects.add(NewObject.of(object.type(), object.data()));
        }
        return objects;
    }

    @Test
    void aCheckpointThatIsNotTheLogIsFound() throws IOException {
        String key = checkpoint();
        byte[] whole = object(key);
        SortedMap<String, ObjectId> refs =
                CheckpointCodec.decode(whole).header().refs();

        List<NewObject> more = objectsOf(whole);
        more.add(NewObject.of(Constants.OBJ_BLOB, new byte[] {1}));
        replace(key, encodeCheckpoint(refs, more));
        assertFound(key, "it holds 1 objects that no entry up to it has");

        List<NewObject> less = objectsOf(whole);
        less.removeIf(object -> object.id().equals(refs.get("refs/tags/v1")));
        replace(key, encodeCheckpoint(refs, less));
        assertFound(key, "it lacks 1 objects of the entries up to it");

        List<NewObject> holes = objectsOf(whole);
        holes.remove(holes.stream()
                .filter(o -> o.type() == Constants.OBJ_BLOB && !o.id().equals(refs.get(Owner.REF)))
                .findFirst()
                .orElseThrow());
        replace(key, encodeCheckpoint(refs, holes));
        assertFound(key, "1 objects that it needs are not in it");

        SortedMap<String, ObjectId> other = new TreeMap<>(refs);
        other.remove("refs/tags/v1");
        replace(key, encodeCheckpoint(other, objectsOf(whole)));
        assertFound(
                key,
                "its refs are not those of entry " + ENTRIES + ": no more, not refs/tags/v1 at "
                        + requireNonNull(refs.get("refs/tags/v1")).name());

        replace(key, whole);
        assertThat(check().findings()).isEmpty();
    }

    @Test
    void objectsThatCanNotBeReadAreFoundAndTheOthersStillChecked() throws IOException {
        Set<String> unreadable = Set.of(LogFixture.key(3), LogFixture.key(30));
        ObjectStore failing = new ForwardingStore(store) {
            @Override
            public byte @Nullable [] read(String key) throws IOException {
                if (unreadable.contains(key)) {
                    throw new IOException("injected: permission denied");
                }
                return super.read(key);
            }
        };
        assertThat(check(failing).findings())
                .extracting(LogFinding::key)
                .containsExactly(LogFixture.key(3), LogFixture.key(30));
        assertThat(check(failing).findings().get(0).what()).contains("permission denied");
    }
}
