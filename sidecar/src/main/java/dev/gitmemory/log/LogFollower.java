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
