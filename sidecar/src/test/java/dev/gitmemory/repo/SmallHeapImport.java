package dev.gitmemory.repo;

import dev.gitmemory.store.ObjectStore;
import java.nio.file.Path;
import java.util.Objects;

/** The process of {@link ImportHeapTest}: imports a repository and says what the head is then. */
final class SmallHeapImport {

    private SmallHeapImport() {}

    /** Takes the store's folder and the source. */
    public static void main(String[] args) throws Exception {
        try (ObjectStore store = RepositoryFixture.store(Path.of(args[0]));
                MemoryRepositories repositories =
                        new MemoryRepositories(store, RepositoryFixture.CLOCK, RepositoryFixture.KEY)) {
            MemoryRepository repository = repositories.open(RepositoryFixture.ID);
            try (Incoming incoming = Incoming.read(
                    repository, Path.of(args[1]), null, false, ImportLimits.DEFAULT, TransferProgress.NONE)) {
                incoming.commit(RepositoryFixture.AGENT, RepositoryFixture.NOW);
            }
            System.out.println(Objects.requireNonNull(repository.head()).sha());
        }
    }
}
