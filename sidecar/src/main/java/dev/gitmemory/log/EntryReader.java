package dev.gitmemory.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/** Reads and decodes entries in parallel, a bounded number ahead, and hands them on in their order. */
final class EntryReader {

    /** Takes the entries one by one. */
    @FunctionalInterface
    interface Sink {
        void accept(long number, Bundle entry) throws IOException;
    }

    private final RepoLog log;
    private final Executor readers;
    private final int ahead;

    EntryReader(RepoLog log, Executor readers, int ahead) {
        this.log = log;
        this.readers = readers;
        this.ahead = ahead;
    }

    /** Reads entries 1 to {@code newest}. */
    void readAll(long newest, Sink sink) throws IOException {
        Deque<FutureTask<Bundle>> running = new ArrayDeque<>();
        try {
            long started = 0;
            for (long number = 1; number <= newest; number++) {
                while (started < newest && running.size() < ahead) {
                    running.add(start(++started));
                }
                sink.accept(number, await(running.remove()));
            }
        } finally {
            running.forEach(task -> task.cancel(true));
        }
    }

    private FutureTask<Bundle> start(long number) {
        FutureTask<Bundle> task = new FutureTask<>(() -> read(number));
        readers.execute(task);
        return task;
    }

    private Bundle read(long number) throws IOException {
        byte[] entry = log.read(number);
        if (entry == null) {
            throw new CorruptLogException(
                    log.key(number), "this entry was listed and is missing now; put it back", null);
        }
        return decode(log.key(number), entry);
    }

    static Bundle decode(String key, byte[] entry) throws CorruptLogException {
        try {
            return BundleCodec.decode(entry);
        } catch (MalformedBundleException e) {
            throw corrupt(key, e);
        }
    }

    static CorruptLogException corrupt(String key, MalformedBundleException reason) {
        return new CorruptLogException(
                key, reason.getMessage() + "; put the object as it was back, from a backup of the store", reason);
    }

    private static Bundle await(FutureTask<Bundle> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("Reading an entry failed", e.getCause());
        } catch (InterruptedException | CancellationException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("Interrupted while opening a log");
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
