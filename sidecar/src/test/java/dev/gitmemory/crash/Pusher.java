package dev.gitmemory.crash;

import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** A person with stock git, who pushes to repositories of the store through a process that no crash strikes. Thread-safe. */
final class Pusher implements AutoCloseable {

    private static final String FENCE = "---\n";

    private final Path folder;
    private final ObjectStore store;
    private final MemoryRepositories repositories;

    /** @param folder for his clones */
    Pusher(String store, Path folder) throws IOException {
        this.folder = folder;
        this.store = Stores.open(store);
        this.repositories = new MemoryRepositories(this.store, Clock.systemUTC(), CommitKey.random());
    }

    /** Clones an agent's repository, gives a block another value, and pushes that. */
    void push(String agent, String label, String value) {
        try {
            MemoryRepository repository = repositories.open(new RepoId(Application.ORGANIZATION, agent));
            repository.refresh();
            Path place = Files.createTempDirectory(folder, agent);
            try (GitServer server = new GitServer(repository::jgit)) {
                StockGit git = StockGit.clone(server.url(), place);
                String path = label + ".md";
                String old = Files.readString(place.resolve(path));
                int frontMatter = old.indexOf(FENCE, FENCE.length()) + FENCE.length();
                git.put(path, old.substring(0, frontMatter) + value);
                git.commit("Push " + value);
                git.run("push", "--quiet", "origin", "main");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        repositories.close();
        store.close();
    }
}
