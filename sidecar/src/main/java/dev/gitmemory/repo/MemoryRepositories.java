package dev.gitmemory.repo;

import java.io.IOException;

/**
 * The repositories of all agents: opens them and keeps those in use in memory. Thread-safe.
 *
 * <p>Idle repositories are dropped from memory, bounded by bytes.
 */
public interface MemoryRepositories extends AutoCloseable {

    /**
     * The repository of an agent; empty when nothing was ever committed to it. One that is in memory is answered
     * without I/O, as this process knows it.
     *
     * @throws dev.gitmemory.log.CorruptLogException if an entry of its log is missing or can't be used; other repositories are not affected
     * @throws IOException if the store can't be read
     */
    MemoryRepository open(RepoId id) throws IOException;

    @Override
    void close();
}
