package dev.gitmemory.repo;

/**
 * What {@link MemoryRepositories} has in memory and has done since it was made.
 *
 * @param open repositories that are kept in memory
 * @param bytes about how much heap they take
 * @param opened repositories that were read from the store
 * @param failedOpenings attempts at that which failed
 * @param evicted repositories that were dropped to make room, or because nobody used them
 * @param checkpoints checkpoints made in the background
 * @param failedCheckpoints attempts at one that failed; each is tried again
 */
public record RepositoryFigures(
        long open,
        long bytes,
        long opened,
        long failedOpenings,
        long evicted,
        long checkpoints,
        long failedCheckpoints) {}
