package dev.gitmemory.store;

import static dev.gitmemory.testing.gcs.GcsFault.CORRUPTED;
import static dev.gitmemory.testing.gcs.GcsFault.DRIPPING;
import static dev.gitmemory.testing.gcs.GcsFault.FORBIDDEN;
import static dev.gitmemory.testing.gcs.GcsFault.HELD;
import static dev.gitmemory.testing.gcs.GcsFault.LATE;
import static dev.gitmemory.testing.gcs.GcsFault.PRECONDITION_FAILED;
import static dev.gitmemory.testing.gcs.GcsFault.PRECONDITION_FAILED_AFTER;
import static dev.gitmemory.testing.gcs.GcsFault.PROXY_NOT_FOUND;
import static dev.gitmemory.testing.gcs.GcsFault.REDIRECT;
import static dev.gitmemory.testing.gcs.GcsFault.REQUEST_TIMEOUT;
import static dev.gitmemory.testing.gcs.GcsFault.RESET_AFTER;
import static dev.gitmemory.testing.gcs.GcsFault.RESET_BEFORE;
import static dev.gitmemory.testing.gcs.GcsFault.STALL_AFTER;
import static dev.gitmemory.testing.gcs.GcsFault.STALL_BEFORE;
import static dev.gitmemory.testing.gcs.GcsFault.TOO_MANY_REQUESTS;
import static dev.gitmemory.testing.gcs.GcsFault.TRUNCATED;
import static dev.gitmemory.testing.gcs.GcsFault.UNAUTHORIZED;
import static dev.gitmemory.testing.gcs.GcsFault.UNAVAILABLE;
import static dev.gitmemory.testing.gcs.GcsFault.UNAVAILABLE_AFTER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.gitmemory.store.ObjectStore.Created;
import dev.gitmemory.store.ObjectStore.Entry;
import dev.gitmemory.testing.gcs.GcsFault;
import dev.gitmemory.testing.gcs.GcsServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store makes of each way in which the service, or the way to it, can fail. */
final class GcsFaultTest {

    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final GcsServer server = GcsServer.start("bucket");
    private final ObjectStore store = GcsStores.open(server, metrics);

    GcsFaultTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    /** What the same request gets past when it is sent again. */
    static Stream<GcsFault> passing() {
        return Stream.of(TOO_MANY_REQUESTS, UNAVAILABLE, REQUEST_TIMEOUT, RESET_BEFORE, STALL_BEFORE, TRUNCATED);
    }

    static Stream<GcsFault> passingUploads() {
        return Stream.concat(passing(), Stream.of(RESET_AFTER, STALL_AFTER, LATE));
    }

    static Stream<GcsFault> passingDownloads() {
        return Stream.concat(passing(), Stream.of(CORRUPTED));
    }

    @ParameterizedTest
    @MethodSource("passingUploads")
    void aCreateThatFailsInPassingIsRepeatedAndStoresOnce(GcsFault fault) throws IOException {
        server.faults().nextUploads(fault);

        assertThat(store.create("k", CONTENT)).isEqualTo(Created.STORED);

        assertThat(server.uploads()).isGreaterThanOrEqualTo(2);
        assertThat(metrics.counter("git.memory.store.retries").count()).isGreaterThanOrEqualTo(1);
        assertThat(server.buckets().names("bucket")).containsExactly("some/prefix/k");
        assertThat(store.read("k")).isEqualTo(CONTENT);
        assertThat(store.create("k", CONTENT)).isEqualTo(Created.EXISTED);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "RESET_BEFORE", "STALL_BEFORE"})
    void theLoserOfARaceIsTheLoserAlsoWhenItsFirstAttemptFailed(GcsFault fault) throws IOException {
        server.buckets().put("bucket", "some/prefix/k", CONTENT); // even of the very same bytes
        server.faults().nextUploads(fault);

        assertThat(store.create("k", CONTENT)).isEqualTo(Created.EXISTED);
    }

    /** After these nobody can say whether the object was stored, or may be yet. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "UNAVAILABLE",
                "UNAVAILABLE_AFTER",
                "TOO_MANY_REQUESTS",
                "TOO_MANY_REQUESTS_AFTER",
                "REQUEST_TIMEOUT",
                "REQUEST_TIMEOUT_AFTER",
                "RESET_BEFORE",
                "RESET_AFTER",
                "STALL_BEFORE",
                "STALL_AFTER",
                "HELD",
                "TRUNCATED",
                "PROXY_FORBIDDEN",
                "PROXY_FORBIDDEN_AFTER",
                "PROXY_NOT_FOUND",
                "REDIRECT"
            })
    void aCreateThatNobodyHasRefusedIsInDoubt(GcsFault fault) throws IOException {
        try (ObjectStore impatient = GcsStores.open(server, Duration.ofMillis(600))) {
            server.faults().plan((upload, name) -> fault);

            assertThatThrownBy(() -> impatient.create("k", CONTENT))
                    .isNotInstanceOf(RefusedException.class)
                    .isInstanceOf(StoreException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FORBIDDEN", "UNAUTHORIZED", "CORRUPTED"})
    void aCreateThatTheServiceRefusesIsNotInDoubt(GcsFault fault) {
        server.faults().nextUploads(fault);

        assertThatThrownBy(() -> store.create("k", CONTENT)).isInstanceOf(RefusedException.class);

        assertThat(server.buckets().names("bucket")).isEmpty();
    }

    @Test
    void aRefusalSaysNothingOfTheAttemptsBeforeIt() {
        server.faults().nextUploads(HELD, UNAUTHORIZED);

        assertThatThrownBy(() -> store.create("k", CONTENT))
                .isNotInstanceOf(RefusedException.class)
                .hasMessageContaining("(tried 2 times): Google says: 401");

        server.deliverHeld("");
        assertThat(server.buckets().names("bucket")).containsExactly("some/prefix/k");
    }

    @Test
    void whatNeverWentOutIsNotInDoubt() throws IOException {
        StoreSettings once =
                new StoreSettings(GcsStores.URI, 1, Duration.ofSeconds(5), Duration.ZERO, Duration.ofMinutes(1));
        try (ObjectStore single = Stores.open(once, metrics, Clock.systemUTC(), server.address())) {
            server.faults().nextLists(TRUNCATED); // and with it goes the connection
            assertThatThrownBy(() -> single.list("", "", 1)).isInstanceOf(StoreException.class);
            server.close();

            assertThatThrownBy(() -> single.create("k", CONTENT))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("the connection failed: ");
        }
    }

    @Test
    void aPreconditionThatFailedForOurOwnFirstAttemptOnTheWayIsFoundOutByTheMark() throws IOException {
        server.faults().nextUploads(UNAVAILABLE_AFTER, PRECONDITION_FAILED_AFTER);

        assertThat(store.create("k", CONTENT)).isEqualTo(Created.STORED);
    }

    @Test
    void aStalledRequestIsSentAgainByDefaultWithinTheDeadline() {
        StoreSettings defaults = new StoreSettings("gs://bucket");

        assertThat(defaults.attemptTimeout().multipliedBy(3)).isLessThan(defaults.deadline());
        assertThat(defaults.retryFor()).isGreaterThanOrEqualTo(defaults.deadline());
        assertThat(new StoreSettings("gs://bucket", 1, Duration.ofHours(1), Duration.ZERO, Duration.ofSeconds(6))
                        .attemptTimeout())
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPageOfAProxyIsNotTheAbsenceOfAnObject() throws IOException {
        store.create("k", CONTENT);
        server.faults().plan((upload, name) -> PROXY_NOT_FOUND);

        assertThatThrownBy(() -> store.read("k")).hasMessageContaining("not in Google's form");
        assertThatThrownBy(() -> store.read("k", 1, 2)).hasMessageContaining("not in Google's form");
        assertThatThrownBy(() -> store.delete("k")).hasMessageContaining("not in Google's form");
    }

    @Test
    void anObjectWithoutASizeIsEmpty() throws IOException {
        store.create("empty", new byte[0]);

        assertThat(store.list("", "", 10)).containsExactly(new Entry("empty", 0));
        assertThat(store.read("empty", 0, 5)).isEmpty();
        assertThatThrownBy(() -> store.read("empty", 1, 5)).isInstanceOf(RangeNotSatisfiableException.class);
    }

    @Test
    void everyRequestSaysWhoAsks() throws IOException {
        store.create("k", CONTENT);
        store.read("k");
        store.read("k", 1, 2);
        store.read("l");
        store.delete("k");

        assertThat(server.headers("user-agent"))
                .allMatch(agent -> agent.matches("git-memory/\\d+\\.\\d+\\.\\d+\\S* .+"));
    }

    @Test
    void theOutcomeIsUnknownWhenNobodyTellsWhoWon() throws IOException {
        server.faults().nextUploads(RESET_AFTER).nextMetadata(FORBIDDEN);

        assertThatThrownBy(() -> store.create("k", CONTENT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("'gs://bucket/some/prefix/k'");

        assertThat(store.read("k")).isEqualTo(CONTENT);
    }

    @Test
    void anAnswerThatItExistsIsPassedOnWithoutAnotherRequest() throws IOException {
        server.faults().nextUploads(PRECONDITION_FAILED);

        assertThat(store.create("k", CONTENT)).isEqualTo(Created.EXISTED);

        assertThat(store.read("k")).isNull();
    }

    @Test
    void whatArrivesDamagedIsNotStored() throws IOException {
        server.faults().nextUploads(CORRUPTED);

        assertThatThrownBy(() -> store.create("k", CONTENT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged on its way")
                .hasMessageContaining("CRC32C");

        assertThat(server.buckets().names("bucket")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("passingDownloads")
    void aReadThatFailsInPassingIsRepeated(GcsFault fault) throws IOException {
        store.create("k", CONTENT);
        server.faults().nextDownloads(fault);

        assertThat(store.read("k")).isEqualTo(CONTENT);

        assertThat(server.downloads()).isGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("passing")
    void aReadOfAPartThatFailsInPassingIsRepeated(GcsFault fault) throws IOException {
        store.create("k", CONTENT);
        server.faults().nextDownloads(fault);

        assertThat(store.read("k", 2, 4)).asString(UTF_8).isEqualTo("nten");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "RESET_BEFORE", "STALL_BEFORE", "TRUNCATED"})
    void aListingAndADeletionThatFailInPassingAreRepeated(GcsFault fault) throws IOException {
        store.create("k", CONTENT);
        server.faults().nextLists(fault).nextDeletes(fault);

        assertThat(store.list("", "", 10)).containsExactly(new Entry("k", CONTENT.length));
        store.delete("k");

        assertThat(store.list("", "", 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void aReadThatBreaksOffAgainAndAgainFailsInTheEnd(int offset) throws IOException {
        store.create("k", CONTENT);
        server.faults().always(TRUNCATED);

        assertThatThrownBy(() -> read(offset))
                .isInstanceOf(StoreException.class)
                .hasMessageMatching("Can't read 'gs://bucket/some/prefix/k' \\(tried \\d+ times\\): .*");
    }

    private byte @Nullable [] read(int offset) throws IOException {
        return offset == 0 ? store.read("k") : store.read("k", offset, 2);
    }

    @Test
    void damageOnEveryWayIsAnErrorAndNeverContent() throws IOException {
        store.create("k", CONTENT);
        server.faults().always(CORRUPTED);

        assertThatThrownBy(() -> store.read("k"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("'gs://bucket/some/prefix/k'")
                .hasMessageContaining("CRC32C");
    }

    static Stream<Arguments> faultsThatLast() {
        return Stream.of(
                arguments(UNAVAILABLE, List.of("(tried ", "try again later", "503")),
                arguments(STALL_BEFORE, List.of("no answer within 1000 ms (setting store-timeout)")),
                arguments(
                        FORBIDDEN,
                        List.of(
                                ": Google says: 403 injected: FORBIDDEN (forbidden). Give",
                                "roles/storage.objectUser",
                                "on the bucket 'bucket'",
                                "retention policy or hold")),
                arguments(
                        UNAUTHORIZED,
                        List.of(": Google says: 401 injected", "GOOGLE_APPLICATION_CREDENTIALS", "Renew")),
                arguments(REDIRECT, List.of("served from somewhere else", "STORAGE_EMULATOR_HOST", "region")));
    }

    @ParameterizedTest
    @MethodSource("faultsThatLast")
    void aFaultThatLastsIsToldWithTheObjectAndWhatToDo(GcsFault fault, List<String> words) {
        server.faults().always(fault);

        assertThatThrownBy(() -> store.create("k", CONTENT))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("Can't store 'gs://bucket/some/prefix/k'")
                .hasMessageContainingAll(words.toArray(CharSequence[]::new));
        boolean passes = fault == UNAVAILABLE || fault == STALL_BEFORE;
        assertThat(server.uploads()).as("attempts").matches(attempts -> passes ? attempts > 1 : attempts == 1);
    }

    @Test
    void anAnswerInDropsEndsWithTheDeadline() throws IOException {
        store.create("k", CONTENT);

        try (ObjectStore impatient = GcsStores.open(server, Duration.ofMillis(300))) {
            server.faults().always(DRIPPING);
            assertThatThrownBy(() -> impatient.read("k"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("Can't read 'gs://bucket/some/prefix/k': broken off after ")
                    .hasMessageContaining("(setting store-deadline)");
            assertThatThrownBy(() -> impatient.create("l", CONTENT)).hasMessageContaining("broken off after ");
            assertThatThrownBy(() -> impatient.read("k", 1, 2)).hasMessageContaining("broken off after ");
            assertThatThrownBy(() -> impatient.list("", "", 1)).hasMessageContaining("broken off after ");
            assertThatThrownBy(() -> impatient.delete("k")).hasMessageContaining("broken off after ");
        }
        server.faults().always(null);
        assertThat(store.read("k")).isEqualTo(CONTENT);
    }

    @Test
    void whatIsNotAllowedIsToldForEveryKindOfRequest() {
        server.faults().always(FORBIDDEN);

        assertThatThrownBy(() -> store.read("k")).hasMessageContaining("roles/storage.objectUser");
        assertThatThrownBy(() -> store.list("", "", 1)).hasMessageContaining("roles/storage.objectUser");
        assertThatThrownBy(() -> store.delete("k")).hasMessageContaining("retention policy");
    }

    @Test
    void aBucketThatIsGoneIsNotAnEmptyOne() throws IOException {
        store.create("k", CONTENT);
        server.buckets().remove("bucket");

        assertThatThrownBy(() -> store.create("l", CONTENT))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("Google says: 404 The specified bucket does not exist (notFound)")
                .hasMessageContaining("The bucket 'bucket' does not exist");
        assertThatThrownBy(() -> store.read("k")).hasMessageContaining("The bucket 'bucket' does not exist");
        assertThatThrownBy(() -> store.read("k", 1, 2)).hasMessageContaining("The bucket 'bucket' does not exist");
        assertThatThrownBy(() -> store.delete("k")).hasMessageContaining("The bucket 'bucket' does not exist");
        assertThatThrownBy(() -> store.list("", "", 1)).hasMessageContaining("The bucket 'bucket' does not exist");
        assertThatThrownBy(() -> GcsStores.open(server))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("'gs://bucket/some/prefix/'")
                .hasMessageContaining("create it, or correct --store");
    }

    @Test
    void aLateUploadDoesNotReplaceWhatCameMeanwhile() throws IOException {
        server.faults().nextUploads(LATE);
        store.create("k", CONTENT);
        server.faults().nextUploads(RESET_BEFORE, LATE);
        store.create("l", "other".getBytes(UTF_8));

        assertThat(store.read("k")).isEqualTo(CONTENT);
        assertThat(store.read("l")).asString(UTF_8).isEqualTo("other");
        assertThat(server.buckets().names("bucket")).containsExactly("some/prefix/k", "some/prefix/l");
    }

    /** Names that no key of ours has: listed as they are, but for folders, and led nowhere by. */
    @Test
    void foreignNamesAreListedAndNeitherReadNorDeleted() throws IOException {
        List<String> foreign = List.of("../b", "a/../../b", "a//b", "a/./b", "a\nb");
        for (String name : foreign) {
            server.buckets().put("bucket", "some/prefix/" + name, CONTENT);
        }
        server.buckets().put("bucket", "some/b", CONTENT);
        server.buckets().put("bucket", "some/prefix-2/b", CONTENT);

        assertThat(store.list("", "", 10)).extracting(Entry::key).containsExactlyInAnyOrderElementsOf(foreign);
        for (String name : foreign) {
            assertThatThrownBy(() -> store.read(name)).isInstanceOf(InvalidKeyException.class);
            assertThatThrownBy(() -> store.delete(name)).isInstanceOf(InvalidKeyException.class);
        }
        assertThat(store.read("b")).isNull();
    }

    @Test
    void foldersThatSomebodyMadeInTheConsoleAreNotListed() throws IOException {
        server.buckets().put("bucket", "some/prefix/a/", new byte[0]);
        server.buckets().put("bucket", "some/prefix/", new byte[0]);
        server.buckets().put("bucket", "elsewhere/b", new byte[0]);
        store.create("a/b", CONTENT);

        assertThat(store.list("", "", 1)).containsExactly(new Entry("a/b", CONTENT.length));
        assertThat(store.list("a/", "a/", 10)).containsExactly(new Entry("a/b", CONTENT.length));
    }
}
