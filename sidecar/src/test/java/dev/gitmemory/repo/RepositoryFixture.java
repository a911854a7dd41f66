package dev.gitmemory.repo;

import static java.util.Objects.requireNonNull;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Repositories on a store in a folder, and words to write to them. */
final class RepositoryFixture {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    static final CommitKey KEY = CommitKey.random();
    static final RepoId ID = new RepoId("org-1", "agent-1");
    static final Author AGENT = new Author(Author.Type.AGENT, "agent-1", "Ada");

    private RepositoryFixture() {}

    static ObjectStore store(Path folder) throws IOException {
        return Stores.open(folder.toUri().toString());
    }

    /** Where the entries of {@link #ID} are in a store's folder. */
    static Path logFolder(Path store) {
        return store.resolve(ID.prefix()).resolve("log");
    }

    static MemoryRepository open(ObjectStore store) throws IOException {
        return new MemoryRepositories(store, CLOCK, KEY).open(ID);
    }

    static Draft writing(String path, String content) {
        return Draft.of(AGENT, "Write " + path, files -> files.write(path, content));
    }

    static CommitInfo commit(MemoryRepository repository, Draft draft) throws IOException {
        List<Outcome> outcomes = repository.commit(List.of(draft));
        if (outcomes.get(0) instanceof Outcome.Committed committed) {
            return committed.commit();
        }
        throw new AssertionError("Expected a commit, got " + outcomes);
    }

    static String headSha(MemoryRepository repository) {
        return requireNonNull(repository.head()).sha();
    }
}
