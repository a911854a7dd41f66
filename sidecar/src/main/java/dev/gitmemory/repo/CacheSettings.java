package dev.gitmemory.repo;

import java.time.Duration;

/**
 * How repositories are opened and how long they stay in memory.
 *
 * @param bytes about how much heap repositories that nobody holds may take together
 * @param idle how long a repository is kept after its last use
 * @param parallelReads how many entries are read from the store at the same time, by all openings together
 */
public record CacheSettings(long bytes, Duration idle, int parallelReads) {

    /**
     * Two fifths of the heap, one hour, 128 reads: as many entries as come after a checkpoint. The rest of the heap is for what is read, written and answered
     * meanwhile, and for repositories that somebody holds.
     */
    public static final CacheSettings DEFAULT =
            new CacheSettings(Runtime.getRuntime().maxMemory() / 5 * 2, Duration.ofHours(1), 128);

    public CacheSettings {
        if (bytes < 0 || idle.isNegative() || parallelReads < 1) {
            throw new IllegalArgumentException("No sizes of a cache: " + bytes + " bytes, " + idle + " idle, "
                    + parallelReads + " parallel reads");
        }
    }
}
