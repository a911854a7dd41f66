package dev.gitmemory.log;

import java.io.IOException;

/**
 * Reads what others have appended, and takes nothing for granted longer than {@link Trust} lasts: "there is no next
 * entry" and "this is the next entry" hold only while no entry after the newest that is known can have been deleted.
 *
 * <p>Changes the log's memory, so not thread-safe; its {@link Trust} is.
 */
final class LogFollower {

    private final RepoLog log;
    private final EntryReader reader;
    private final LogMemory memory;
    private final LogLoader loader;
    private final Trust trust;

    LogFollower(RepoLog log, EntryReader reader, LogMemory memory, Trust trust) {
        this.log = log;
        this.reader = reader;
        this.memory = memory;
        this.loader = new LogLoader(log, reader, memory);
        this.trust = trust;
    }

    Trust trust() {
        return trust;
    }

    /** Reads everything there is. */
    void open() throws IOException {
        Trust.Moment asked = trust.now();
        loader.load();
        trust.confirm(asked);
    }

    /** Makes sure that nothing which was not read can have been deleted. */
    void makeTrusted() throws IOException {
        while (!trust.holds()) {
            Trust.Moment asked = trust.now();
            if (log.hasCheckpointAfter(memory.state().entry())) {
                loader.load();
            }
            trust.confirm(asked);
        }
    }

    /**
     * Makes sure, where that costs no request, that the store still has the newest entry that is known: whatever came
     * after it would be worth nothing without it.
     *
     * @return false if it is gone because others have written on, and a checkpoint covers it; the memory has what came
     * @throws StoreUnavailableException if it is gone for no such reason
     */
    boolean hasNewest() throws IOException {
        long newest = memory.state().entry();
        if (newest == 0 || !log.isKnownToLack(newest)) {
            return true;
        }
        loader.load();
        if (memory.state().entry() > newest) {
            return false;
        }
        throw new StoreUnavailableException(
                log.key(newest),
                "'" + log.key(newest) + "' is not in the store any more: it was emptied, or replaced by an older copy,"
                        + " while this process was running; put it back as it was. Nothing is committed",
                null);
    }

    /** Takes an entry that was read, if it is the next one. */
    void accept(long number, Fetched entry) throws IOException {
        makeTrusted();
        if (number == memory.state().entry() + 1) {
            memory.install(number, entry.bundle());
        }
    }

    /** Reads on to the newest entry. */
    void follow() throws IOException {
        Trust.Moment asked;
        do {
            makeTrusted();
            asked = trust.now();
            readOn();
        } while (!trust.renew(asked));
    }

    /** Reads the entries that come next, as far as they are there. */
    void readOn() throws IOException {
        reader.readOn(memory.state().entry() + 1, this::accept);
    }

    /** Makes big blobs be read from the newest checkpoint. */
    void relocateBlobs() throws IOException {
        loader.relocateBlobs();
    }
}
