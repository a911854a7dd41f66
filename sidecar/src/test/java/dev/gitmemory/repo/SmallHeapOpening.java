package dev.gitmemory.repo;

import dev.gitmemory.store.CountingStore;
import java.io.IOException;
import java.nio.file.Path;

/** The process of {@link HostileBundleTest}: opens a repository twice and says why it can't, and what the second time cost. */
final class SmallHeapOpening {

    private SmallHeapOpening() {}

    /** Takes the store's folder. */
    public static void main(String[] args) throws Exception {
        try (CountingStore store = new CountingStore(RepositoryFixture.store(Path.of(args[0])));
                MemoryRepositories repositories =
                        new MemoryRepositories(store, RepositoryFixture.CLOCK, CommitKey.random())) {
            for (int i = 0; i < 2; i++) {
                store.reset();
                try {
                    repositories.open(RepositoryFixture.ID);
                    System.out.println("opened");
                } catch (IOException e) {
                    System.out.println(e.getMessage());
                }
            }
            System.out.println(store.reads() + store.lists() + " requests the second time");
        }
    }
}
