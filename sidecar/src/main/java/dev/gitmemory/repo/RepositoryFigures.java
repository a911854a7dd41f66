package dev.gitmemory.repo;

/**
 * What {@link MemoryRepositories} has in memory and has done since it was made.
 *
 * @param open repositories that are kept in memory
 * @param bytes about how much heap they take
 * @param evicted repositories that were dropped to make room, or because nobody used them
 * @param checkpoints checkpoints made in the background
 * @param failedCheckpoints attempts at one that failed; each is tried again
 */
public record RepositoryFigures(long open, long bytes, long evicted, long checkpoints, long failedCheckpoints) {}
