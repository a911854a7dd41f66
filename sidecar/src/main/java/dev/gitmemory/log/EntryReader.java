package dev.gitmemory.log;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.NotSentException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads and decodes entries, several at the same time, and hands them on in their order. Not thread-safe. */
final class EntryReader {

    /** Takes the entries one by one. */
    @FunctionalInterface
    interface Sink {
        void accept(long number, Fetched entry) throws IOException;
    }

    private final RepoLog log;
    private final Executor readers;
    private final int parallelism;

    /** Reads that were begun and whose answers nobody has taken yet. */
    private final Map<Long, FutureTask<@Nullable Fetched>> begun = new HashMap<>();

    EntryReader(RepoLog log, Executor readers, int parallelism) {
        this.log = log;
        this.readers = readers;
        this.parallelism = parallelism;
    }

    /**
     * Reads entries {@code first} to {@code newest}, which were listed.
     *
     * @throws VanishedException if one is not there any more
     */
    void readAll(long first, long newest, Sink sink) throws IOException {
        try {
            for (long number = first; number <= newest; number++) {
                begin(number, Math.min(parallelism, newest - number + 1));
                Fetched entry = takeBegun(number);
                if (entry == null) {
                    throw new VanishedException(log.key(number));
                }
                sink.accept(number, entry);
            }
        } finally {
            forgetBegun();
        }
    }

    /** Reads the entries from {@code first} on, as many as there are, the further the more at the same time. */
    void readOn(long first, Sink sink) throws IOException {
        try {
            int ahead = begun.containsKey(first) ? 1 : Math.min(2, parallelism);
            long number = first;
            for (begin(number, ahead); takeInto(sink, number); begin(number, ahead)) {
                number++;
                ahead = Math.min(ahead + 1, parallelism);
            }
        } finally {
            forgetBegun();
        }
    }

    private boolean takeInto(Sink sink, long number) throws IOException {
        Fetched entry = takeBegun(number);
        if (entry != null) {
            sink.accept(number, entry);
        }
        return entry != null;
    }

    /** The bytes of an entry, or null if there is none; from a read that was begun, if that has found one. */
    byte @Nullable [] read(long number) throws IOException {
        Fetched entry = begun.containsKey(number) ? takeBegun(number) : null;
        return entry == null ? log.read(number) : entry.bytes();
    }

    /** Begins to read {@code count} entries from {@code first} on, without waiting for them. */
    void begin(long first, long count) {
        for (long number = first; number < first + count; number++) {
            begun.computeIfAbsent(number, this::start);
        }
    }

    /** Drops what was begun: what it answers would soon be old. */
    void forgetBegun() {
        begun.values().forEach(task -> task.cancel(true));
        begun.clear();
    }

    /** Begins to read a checkpoint, without waiting for it. */
    FutureTask<@Nullable Fetched> beginCheckpoint(long number) {
        return start(() -> {
            byte[] bytes = log.readCheckpoint(number);
            return bytes == null ? null : Fetched.checkpoint(log, number, bytes);
        });
    }

    private FutureTask<@Nullable Fetched> start(long number) {
        return start(() -> {
            byte[] bytes = log.read(number);
            return bytes == null ? null : Fetched.entry(log, number, bytes);
        });
    }

    private FutureTask<@Nullable Fetched> start(Callable<@Nullable Fetched> read) {
        Deadline deadline = Deadline.current();
        FutureTask<@Nullable Fetched> task = new FutureTask<>(() -> deadline.during(read::call));
        try {
            readers.execute(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the readers are closed, and this log is still in use
        }
        return task;
    }

    /** The entry, of which the read was begun; it stays begun. */
    Fetched await(long number) throws IOException {
        FutureTask<@Nullable Fetched> task = begun.get(number);
        if (task == null) {
            throw new IllegalStateException("Nobody has begun to read entry " + number);
        }
        return present(task, log.key(number));
    }

    /**
     * Waits for a read of something that was listed.
     *
     * @throws VanishedException if it is not there any more
     */
    static Fetched present(FutureTask<@Nullable Fetched> task, String key) throws IOException {
        Fetched fetched = await(task);
        if (fetched == null) {
            throw new VanishedException(key);
        }
        return fetched;
    }

    private @Nullable Fetched takeBegun(long number) throws IOException {
        FutureTask<@Nullable Fetched> task = begun.remove(number);
        if (task == null) {
            throw new IllegalStateException("Nobody has begun to read entry " + number);
        }
        return await(task);
    }

    /** Waits until the deadline: many others may be read before. */
    private static @Nullable Fetched await(FutureTask<@Nullable Fetched> task) throws IOException {
        Deadline deadline = Deadline.current();
        if (!deadline.await(nanos -> isDone(task, nanos))) {
            throw new NotSentException(
                    "An entry was not read within %d ms (setting store-deadline)".formatted(deadline.elapsedMillis()));
        }
        return SharedAnswer.of(task);
    }

    private static boolean isDone(FutureTask<?> task, long nanos) throws InterruptedException {
        try {
            task.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            // Told to whoever takes the answer.
        }
        return true;
    }
}
