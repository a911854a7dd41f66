package dev.gitmemory.log;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from the store: lists, then the newest checkpoint with its entry, then the entries after it, as many at
 * the same time as the reader may. Not thread-safe.
 */
final class LogLoader {

    /** How often something may vanish between being listed and being read. */
    private static final int ATTEMPTS = 3;

    private final RepoLog log;
    private final EntryReader reader;
    private final LogMemory memory;

    LogLoader(RepoLog log, EntryReader reader, LogMemory memory) {
        this.log = log;
        this.reader = reader;
        this.memory = memory;
    }

    /**
     * Brings the memory up to the newest entry, by way of the newest checkpoint if that is ahead of it.
     *
     * @throws CorruptLogException if something is missing or can't be used; the memory has what could be read before
     */
    void load() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                load(log.survey());
                return;
            } catch (VanishedException e) {
                if (attempt == ATTEMPTS) {
                    throw e.corrupt();
                }
                // A newer checkpoint may have taken its place.
            } finally {
                reader.forgetBegun();
            }
        }
    }

    private void load(RepoLog.Survey survey) throws IOException {
        long checkpoint = survey.checkpoint();
        if (checkpoint > memory.state().entry()) {
            FutureTask<@Nullable Fetched> begun = reader.beginCheckpoint(checkpoint);
            reader.begin(checkpoint, 1);
            long newest = log.newest(survey);
            Bundle last = reader.await(checkpoint).bundle();
            memory.installCheckpoint(
                    checkpoint,
                    EntryReader.present(begun, log.checkpointKey(checkpoint)).bundle(),
                    last);
            readUpTo(newest);
        } else {
            readUpTo(log.newest(survey));
        }
    }

    /** Makes big blobs be read from the newest checkpoint. */
    void relocateBlobs() throws IOException {
        for (int attempt = 1; ; attempt++) {
            long number = log.survey().checkpoint();
            if (number == 0) {
                return;
            }
            String key = log.checkpointKey(number);
            try {
                EntryReader.present(reader.beginCheckpoint(number), key).bundle().objects().stream()
                        .filter(object -> object.isIn(key))
                        .forEach(memory.objects()::relocate);
                return;
            } catch (VanishedException e) {
                if (attempt == ATTEMPTS) {
                    throw e.corrupt();
                }
                // A newer checkpoint may have taken its place.
            }
        }
    }

    private void readUpTo(long newest) throws IOException {
        reader.readAll(memory.state().entry() + 1, newest, (number, entry) -> memory.install(number, entry.bundle()));
    }
}
