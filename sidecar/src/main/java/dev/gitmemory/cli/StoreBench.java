package dev.gitmemory.cli;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.CacheSettings;
import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.Outcome;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** One agent on a store in memory whose requests take a set time. Not thread-safe. */
final class StoreBench implements AutoCloseable {

    private static final Author AUTHOR = new Author(Author.Type.SYSTEM, "bench", "bench");
    private static final RepoId ID = new RepoId("bench", "agent");
    private static final int FILES = 20;
    private static final int FILE_BYTES = 2_000;
    private static final int GROUP = 250;

    private final int millis;
    private final PrintStream progress;
    private final List<ObjectStore> stores = new ArrayList<>();
    private long lastTold = System.nanoTime();

    /** @param millis how long each request takes */
    StoreBench(int millis, PrintStream progress) {
        this.millis = millis;
        this.progress = progress;
    }

    /** Writes per second of one agent with so many clients, each of which waits for its write before the next. */
    record Writes(int clients, double perSecond, double requestsPerWrite) {}

    Writes writes(int clients, int seconds) throws IOException, InterruptedException {
        SlowStore store = new SlowStore(newStore(), millis);
        try (MemoryRepositories repositories = open(store, CheckpointSettings.DEFAULT)) {
            MemoryRepository repository = repositories.open(ID);
            AtomicInteger number = new AtomicInteger();
            run(clients, 1, repository, number); // warms up
            int before = number.get();
            store.reset();
            long begin = System.nanoTime();
            run(clients, seconds, repository, number);
            int written = number.get() - before;
            double took = (System.nanoTime() - begin) / 1e9;
            return new Writes(clients, written / took, (double) store.requests() / written);
        }
    }

    private static void run(int clients, int seconds, MemoryRepository repository, AtomicInteger number)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                tasks.add(() -> {
                    while (System.nanoTime() < end) {
                        write(repository, number.incrementAndGet(), 1);
                    }
                    return true;
                });
            }
            for (Future<Boolean> client : threads.invokeAll(tasks)) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a client failed: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** What opening a repository costs. */
    record Opening(long requests, long sequential, double millis) {}

    /** A store with so many writes, each an entry of its own; with or without a checkpoint as often as by default. */
    ObjectStore grown(int writes, boolean checkpoints) throws IOException {
        ObjectStore store = newStore();
        try (MemoryRepositories repositories = open(store, CheckpointSettings.NEVER)) {
            MemoryRepository repository = repositories.open(ID);
            for (int i = 1; i <= writes; i++) {
                write(repository, i, 1);
                if (checkpoints && i % CheckpointSettings.DEFAULT.entries() == 0) {
                    repository.checkpoint();
                }
                tell("Growing a history", i, writes);
            }
        }
        return store;
    }

    Opening opening(ObjectStore grown, int writes) throws IOException {
        SlowStore store = new SlowStore(grown, millis);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            try (MemoryRepositories repositories = open(store, CheckpointSettings.NEVER)) {
                store.reset();
                long begin = System.nanoTime();
                long entries = repositories.open(ID).entries();
                best = Math.min(best, (System.nanoTime() - begin) / 1e6);
                if (entries != writes) {
                    throw new IllegalStateException("opened " + entries + " entries of " + writes);
                }
            }
        }
        return new Opening(store.requests(), store.sequential(), best);
    }

    /** The median time of a write at a short and at a long history, in turns, in ms. */
    record Latencies(double shortHistory, double longHistory) {}

    Latencies latencies(int shortWrites, int longWrites, int writes, boolean slow) throws IOException {
        int delay = slow ? millis : 0;
        try (MemoryRepositories few = open(new SlowStore(newStore(), delay), CheckpointSettings.NEVER);
                MemoryRepositories many = open(new SlowStore(newStore(), delay), CheckpointSettings.NEVER)) {
            MemoryRepository young = few.open(ID);
            MemoryRepository old = many.open(ID);
            grow(young, shortWrites);
            grow(old, longWrites);
            if (!slow) {
                latencies(young, shortWrites, old, longWrites, writes); // warms up
            }
            return latencies(young, shortWrites + writes, old, longWrites + writes, writes);
        }
    }

    private static Latencies latencies(
            MemoryRepository young, int shortWrites, MemoryRepository old, int longWrites, int writes)
            throws IOException {
        double[] fast = new double[writes];
        double[] late = new double[writes];
        for (int i = 0; i < writes; i++) {
            fast[i] = timed(young, shortWrites + 1 + i);
            late[i] = timed(old, longWrites + 1 + i);
        }
        return new Latencies(median(fast), median(late));
    }

    private void grow(MemoryRepository repository, int writes) throws IOException {
        for (int i = 1; i <= writes; i += GROUP) {
            write(repository, i, Math.min(GROUP, writes - i + 1));
            tell("Growing a history", i, writes);
        }
    }

    private static double timed(MemoryRepository repository, int number) throws IOException {
        long begin = System.nanoTime();
        write(repository, number, 1);
        return (System.nanoTime() - begin) / 1e6;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** The newest checkpoint of a grown store. */
    static byte[] checkpoint(ObjectStore store) throws IOException {
        List<ObjectStore.Entry> all = store.list(ID.prefix() + "/checkpoint/", "", 1000);
        byte[] newest = store.read(all.get(all.size() - 1).key());
        if (newest == null) {
            throw new IllegalStateException("the checkpoint is gone");
        }
        return newest;
    }

    /** The bytes under a folder of the repository. */
    static long bytes(ObjectStore store, String folder) throws IOException {
        long bytes = 0;
        String after = "";
        List<ObjectStore.Entry> page;
        do {
            page = store.list(ID.prefix() + folder, after, 1000);
            for (ObjectStore.Entry entry : page) {
                bytes += entry.size();
                after = entry.key();
            }
        } while (page.size() == 1000);
        return bytes;
    }

    private ObjectStore newStore() throws IOException {
        ObjectStore store = Stores.open("memory:");
        stores.add(store);
        return store;
    }

    private static MemoryRepositories open(ObjectStore store, CheckpointSettings checkpoints) {
        return new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random(), CacheSettings.DEFAULT, checkpoints);
    }

    /** So many commits in one entry. */
    private static void write(MemoryRepository repository, int number, int commits) throws IOException {
        List<Draft> drafts = new ArrayList<>();
        for (int i = number; i < number + commits; i++) {
            String path = "system/block" + i % FILES + ".md";
            String text = text(i);
            drafts.add(Draft.of(AUTHOR, "Write " + i, files -> files.write(path, text)));
        }
        for (Outcome outcome : repository.commit(drafts)) {
            if (!(outcome instanceof Outcome.Committed)) {
                throw new IllegalStateException("write " + number + " was not committed: " + outcome);
            }
        }
    }

    private static String text(int number) {
        String line = "A line of a memory that does not change very often.\n";
        return line.repeat(FILE_BYTES / line.getBytes(StandardCharsets.UTF_8).length) + "Write " + number + " "
                + Integer.toHexString(number * 0x9e3779b9) + "\n";
    }

    private void tell(String what, int done, int of) {
        if (System.nanoTime() - lastTold > 2_000_000_000L) {
            lastTold = System.nanoTime();
            progress.println("%s: %d of %d".formatted(what, done, of));
        }
    }

    @Override
    public void close() {
        stores.forEach(ObjectStore::close);
    }
}
