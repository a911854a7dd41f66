package dev.gitmemory.log;

import static dev.gitmemory.testing.FaultyStore.CreateFault.DELAYED;
import static dev.gitmemory.testing.FaultyStore.CreateFault.FAILED_BEFORE;
import static dev.gitmemory.testing.FaultyStore.CreateFault.LOST_ANSWER;
import static dev.gitmemory.testing.FaultyStore.CreateFault.REFUSED;
import static dev.gitmemory.testing.FaultyStore.CreateFault.SAYS_EXISTED;
import static dev.gitmemory.testing.FaultyStore.CreateFault.STORED_BUT_SAYS_EXISTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.NotSentException;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.FaultyStore.CreateFault;
import dev.gitmemory.testing.ForwardingStore;
import dev.gitmemory.testing.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the store answers, an entry is in the log once or not at all, and the writer is told which. */
final class EntryWriterTest {

    private final ObjectStore objects;
    private final FaultyStore store;
    private final BundleLog log;

    EntryWriterTest() throws IOException {
        this.objects = Stores.open("memory:");
        this.store = new FaultyStore(objects);
        this.log = LogFixture.open(store);
    }

    static Stream<Arguments> settledFaults() {
        return Stream.of(
                Arguments.of((Object) new CreateFault[] {LOST_ANSWER}),
                Arguments.of((Object) new CreateFault[] {FAILED_BEFORE}),
                Arguments.of((Object) new CreateFault[] {FAILED_BEFORE, FAILED_BEFORE}),
                Arguments.of((Object) new CreateFault[] {FAILED_BEFORE, LOST_ANSWER}),
                Arguments.of((Object) new CreateFault[] {REFUSED}),
                Arguments.of((Object) new CreateFault[] {REFUSED, LOST_ANSWER}),
                Arguments.of((Object) new CreateFault[] {STORED_BUT_SAYS_EXISTED}),
                Arguments.of((Object) new CreateFault[] {SAYS_EXISTED}),
                Arguments.of((Object) new CreateFault[] {DELAYED, FAILED_BEFORE}));
    }

    @ParameterizedTest
    @MethodSource("settledFaults")
    void anEntryIsWrittenOnceInSpiteOf(CreateFault[] faults) throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(faults);

        LogState state = LogFixture.append(log, "in spite of it");

        assertThat(state.entry()).isEqualTo(2);
        store.deliverLate();
        assertThat(LogFixture.append(log, "after").entry()).isEqualTo(3);
        assertThat(LogFixture.open(objects).commits()).isEqualTo(3);
        assertThat(LogFixture.open(objects).state().targets())
                .isEqualTo(log.state().targets());
    }

    @ParameterizedTest
    @MethodSource("settledFaults")
    void theFirstEntryIsWrittenOnceInSpiteOf(CreateFault[] faults) throws IOException {
        store.nextCreates(faults);

        LogFixture.append(log, "first");

        assertThat(LogFixture.open(objects).commits()).isEqualTo(1);
    }

    @Test
    void anEntryThatTheStoreDoesNotTakeIsNotCommitted() throws IOException {
        LogState before = LogFixture.append(log, "before");
        store.nextCreates(REFUSED, REFUSED, REFUSED);

        assertThatThrownBy(() -> LogFixture.append(log, "lost"))
                .isExactlyInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining(LogFixture.key(2))
                .hasMessageContaining("nothing is committed")
                .hasMessageContaining("injected");

        assertThat(log.state()).isEqualTo(before);
        assertThat(log.refresh()).isEqualTo(before);
        assertThat(LogFixture.append(log, "next").entry()).isEqualTo(2);
    }

    @Test
    void anEntryThatWasSentAndIsNotThereMayComeYet() throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);

        assertThatThrownBy(() -> LogFixture.append(log, "late"))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining(LogFixture.key(2))
                .hasMessageContaining("may take it yet")
                .hasMessageNotContaining("nothing is committed");

        store.deliverLate();
        assertThat(log.refresh().entry()).isEqualTo(2);
    }

    @Test
    void aRefusalSaysNothingOfAnAttemptBeforeIt() throws IOException {
        store.nextCreates(DELAYED, REFUSED, REFUSED);

        assertThatThrownBy(() -> LogFixture.append(log, "late")).isInstanceOf(UnknownOutcomeException.class);

        store.deliverLate();
        assertThat(log.refresh().entry()).isEqualTo(1);
    }

    @Test
    void aStoreThatSaysExistsAndFindsNothingIsReported() throws IOException {
        store.nextCreates(SAYS_EXISTED, SAYS_EXISTED, SAYS_EXISTED);

        assertThatThrownBy(() -> LogFixture.append(log, "lost"))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining("says that the object exists, and does not find it");
    }

    @Test
    void anEntryThatArrivesLateIsAnOrdinaryOneAndInTheLogOnce() throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);
        assertThatThrownBy(() -> LogFixture.append(log, "late")).isInstanceOf(StoreUnavailableException.class);

        store.deliverLate();

        assertThat(log.state().entry()).isEqualTo(1);
        assertThat(LogFixture.tryAppend(log, "next"))
                .as("an append on top of the old state")
                .isNull();
        assertThat(log.state().entry()).isEqualTo(2);
        LogFixture.append(log, "next");
        assertThat(LogFixture.open(objects).commits()).isEqualTo(3);
    }

    @Test
    void anEntryThatArrivesTooLateIsRefused() throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);
        assertThatThrownBy(() -> LogFixture.append(log, "late")).isInstanceOf(StoreUnavailableException.class);

        LogFixture.append(log, "next");
        store.deliverLate();

        LogFixture.append(log, "last");
        BundleLog again = LogFixture.open(objects);
        assertThat(again.commits()).isEqualTo(3);
        assertThat(again.state().targets()).isEqualTo(log.state().targets());
    }

    @Test
    void anOutcomeThatCanNotBeFoundOutIsToldAsSuchAndSettlesLater() throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(LOST_ANSWER).failReads(3);
        store.nextCreates(FAILED_BEFORE, FAILED_BEFORE);

        assertThatThrownBy(() -> LogFixture.append(log, "unknown"))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining(LogFixture.key(2))
                .hasMessageContaining("could not say whether it has it");

        assertThat(log.state().entry()).isEqualTo(1);
        assertThat(log.refresh().entry()).isEqualTo(2);
        LogFixture.append(log, "next");
        assertThat(LogFixture.open(objects).commits()).isEqualTo(3);
    }

    @Test
    void aReadThatFailsOnceDoesNotMakeTheOutcomeUnknown() throws IOException {
        LogFixture.append(log, "before");
        store.nextCreates(LOST_ANSWER).failReads(1);

        assertThat(LogFixture.append(log, "settled").entry()).isEqualTo(2);
    }

    @Test
    void theLoserOfARaceWithALostAnswerIsTheLoser() throws IOException {
        LogFixture.append(log, "before");
        BundleLog other = LogFixture.open(objects);
        LogFixture.append(other, "winner");
        store.nextCreates(FAILED_BEFORE);

        assertThat(LogFixture.tryAppend(log, "loser")).isNull();

        assertThat(log.state().targets()).isEqualTo(other.state().targets());
        assertThat(log.commits()).isEqualTo(2);
    }

    @Test
    void twoWritersOfTheVerySameCommitDoNotTakeTheOthersEntryForTheirOwn() throws IOException {
        LogFixture.append(log, "before");
        BundleLog other = LogFixture.open(objects);

        assertThat(LogFixture.tryAppend(other, "same")).isNotNull();
        assertThat(LogFixture.tryAppend(log, "same")).isNull();
    }

    @Test
    void anOutageTakesOneDeadlineAndTheLastQuarterOfItIsForLooking() throws IOException {
        Outage store = new Outage(objects, Duration.ofSeconds(7));
        BundleLog slow = LogFixture.open(store);
        store.begin();

        assertThatThrownBy(() -> LogFixture.append(slow, "lost"))
                .isInstanceOf(UnknownOutcomeException.class)
                .hasMessageContaining(LogFixture.key(1))
                .hasMessageContaining("2 attempts within 20000 ms");

        assertThat(store.asked).containsExactly("create until 15", "read until 20", "create until 15", "read until 20");
    }

    @Test
    void whatWasNeverSentIsNotCommittedForSure() throws IOException {
        Outage store = new Outage(objects, Duration.ZERO);
        BundleLog late = LogFixture.open(store);
        store.begin();

        assertThatThrownBy(
                        () -> Deadline.after(Duration.ZERO, store.ticker).during(() -> LogFixture.append(late, "late")))
                .isExactlyInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("nothing is committed")
                .hasMessageContaining("not sent");
        assertThat(store.asked).isEmpty();
    }

    /** Has a deadline of 20 seconds, and once the outage has begun each request takes some time and fails. */
    private static final class Outage extends ForwardingStore {

        private static final Duration ALL = Duration.ofSeconds(20);

        final Ticker ticker = new Ticker();
        final List<String> asked = new ArrayList<>();
        private final Duration each;
        private boolean begun;

        Outage(ObjectStore store, Duration each) {
            super(store);
            this.each = each;
        }

        void begin() {
            begun = true;
        }

        @Override
        public Deadline deadline() {
            return Deadline.current() == Deadline.NONE ? Deadline.after(ALL, ticker) : Deadline.current();
        }

        private void fail(String what) throws IOException {
            if (!begun) {
                return;
            }
            Deadline deadline = Deadline.current();
            if (deadline.isOver()) {
                throw new NotSentException("injected: not sent");
            }
            Duration left = Duration.ofNanos(deadline.leftNanos());
            asked.add(
                    what + " until " + left.plusMillis(deadline.elapsedMillis()).toSeconds());
            ticker.advance(left.compareTo(each) < 0 ? left : each);
            throw new IOException("injected: no answer to " + what);
        }

        @Override
        public Created create(String key, byte[] content) throws IOException {
            fail("create");
            return super.create(key, content);
        }

        @Override
        public byte @Nullable [] read(String key) throws IOException {
            fail("read");
            return super.read(key);
        }
    }

    @Test
    void whileTheStoreIsDownReadsGoOnAndWritesFail() throws IOException {
        LogState before = LogFixture.append(log, "before");
        store.setDown(true);

        assertThatThrownBy(() -> LogFixture.append(log, "lost")).isInstanceOf(UnknownOutcomeException.class);
        assertThatThrownBy(log::refresh).isInstanceOf(IOException.class);
        assertThat(log.state()).isEqualTo(before);
        assertThatThrownBy(() -> LogFixture.open(store)).isInstanceOf(IOException.class);

        store.setDown(false);
        LogFixture.append(log, "after");
        assertThat(LogFixture.open(objects).commits()).isEqualTo(2);
    }
}
