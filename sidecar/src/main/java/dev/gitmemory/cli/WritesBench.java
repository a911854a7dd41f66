package dev.gitmemory.cli;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.Outcome;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.CountingStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One agent's repository and a work tree of stock git, which get the same writes in turn. Not thread-safe. */
final class WritesBench implements AutoCloseable {

    static final int FILES = 20;
    static final int FILE_BYTES = 2_000;
    private static final int ROUNDS = 4;
    private static final Author AUTHOR = new Author(Author.Type.SYSTEM, "bench", "bench");

    private final CountingStore store;
    private final MemoryRepositories repositories;
    private final MemoryRepository repository;
    private final StockGitBench git;
    private int written;

    private WritesBench(CountingStore store, MemoryRepositories repositories, StockGitBench git) throws IOException {
        this.store = store;
        this.repositories = repositories;
        this.repository = repositories.open(new RepoId("bench", "agent"));
        this.git = git;
    }

    static WritesBench open(Path folder) throws IOException, InterruptedException {
        Path storeFolder = Files.createDirectories(folder.resolve("store"));
        CountingStore store = new CountingStore(Stores.open(storeFolder.toUri().toString()));
        return new WritesBench(
                store,
                new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random()),
                StockGitBench.init(folder.resolve("git")));
    }

    /** What was measured at one length of history. */
    record Result(
            int history, double perSecond, double gitPerSecond, double puts, double gets, double lists, long bytes) {

        static final String HEADER =
                " history | git-memory |  git commit |  ratio | PUT GET LIST per write | memory of the open repository";

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%8d | %6.0f/s   | %7.0f/s   | %5.1fx | %.2f %.2f %.2f          | %.1f MiB",
                    history,
                    perSecond,
                    gitPerSecond,
                    perSecond / gitPerSecond,
                    puts,
                    gets,
                    lists,
                    bytes / 1024.0 / 1024.0);
        }
    }

    Result measure(int history, int writes) throws IOException, InterruptedException {
        grow(history);
        store.reset();
        long ours = 0;
        long theirs = 0;
        int perRound = writes / ROUNDS;
        for (int round = 0; round < ROUNDS; round++) {
            int first = written;
            long begin = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                commit(first + i);
            }
            long middle = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                git.commit(path(first + i), text(first + i));
            }
            ours += middle - begin;
            theirs += System.nanoTime() - middle;
            written += perRound;
        }
        double all = perRound * (double) ROUNDS;
        return new Result(
                history,
                all / ours * 1e9,
                all / theirs * 1e9,
                store.creates() / all,
                store.reads() / all,
                store.lists() / all,
                repository.bytes());
    }

    private void grow(int history) throws IOException, InterruptedException {
        List<StockGitBench.Write> writes = new ArrayList<>();
        for (; written < history; written++) {
            commit(written);
            writes.add(new StockGitBench.Write(path(written), text(written)));
        }
        git.importAll(writes);
    }

    private void commit(int number) throws IOException {
        String path = path(number);
        String text = text(number);
        Outcome outcome = repository
                .commit(List.of(Draft.of(AUTHOR, "Write " + number, files -> files.write(path, text))))
                .get(0);
        if (!(outcome instanceof Outcome.Committed)) {
            throw new IllegalStateException("write " + number + " was not committed: " + outcome);
        }
    }

    private static String path(int number) {
        return "system/block" + number % FILES + ".md";
    }

    private static String text(int number) {
        String line = "A line of a memory that does not change very often.\n";
        String unchanged = line.repeat(FILE_BYTES / line.getBytes(StandardCharsets.UTF_8).length);
        return unchanged + "Write " + number + "\n";
    }

    @Override
    public void close() {
        repositories.close();
        store.close();
    }
}
