package dev.gitmemory.log;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long an instance may rely on it that no entry was deleted before it has read it.
 *
 * <p>An entry is deleted only when a checkpoint that covers it has been there for {@link EntryRetention#SHORTEST} at
 * least. So whoever knows that at some moment there was no checkpoint beyond what it has read knows that the entry
 * after that has not been deleted for as long: if it is not there, it never was. {@link #LASTS} is far shorter, since
 * the two times are taken by two clocks.
 *
 * <p>What counts is the time when an answer has arrived, not when the question was sent: a process may be stopped in
 * between. Thread-safe.
 */
final class Trust {

    static final Duration LASTS = Duration.ofMinutes(10);

    /** A moment by both clocks. One that stands still while the machine sleeps is outrun by the other. */
    record Moment(long nanos, long wallMillis) {}

    private final LongSupplier nanos;
    private final LongSupplier wallMillis;
    private volatile Moment confirmed;

    Trust() {
        this(System::nanoTime, System::currentTimeMillis);
    }

    /** By clocks of the caller's; trusted from now on. */
    Trust(LongSupplier nanos, LongSupplier wallMillis) {
        this.nanos = nanos;
        this.wallMillis = wallMillis;
        this.confirmed = now();
    }

    Moment now() {
        return new Moment(nanos.getAsLong(), wallMillis.getAsLong());
    }

    boolean holds() {
        Moment now = now();
        Moment since = confirmed;
        return now.nanos() - since.nanos() < LASTS.toNanos()
                && now.wallMillis() - since.wallMillis() < LASTS.toMillis();
    }

    /** At {@code moment}, which was before the question was sent, there was no checkpoint beyond what is known. */
    void confirm(Moment moment) {
        confirmed = moment;
    }

    /**
     * An answer showed that nothing is beyond what is known, asked at {@code moment}; it counts if trust still holds.
     *
     * @return whether it counts
     */
    boolean renew(Moment moment) {
        boolean holds = holds();
        if (holds) {
            confirm(moment);
        }
        return holds;
    }
}
