package dev.gitmemory.repo;

/**
 * When a checkpoint is made of a repository that is written to. Whichever comes first.
 *
 * @param entries so many entries of the log after the newest checkpoint; in a long history, where a checkpoint is large,
 *     up to eight times as many
 * @param bytes so many bytes of entries after it
 */
public record CheckpointSettings(int entries, long bytes) {

    /** 128 entries or 16 MiB. */
    public static final CheckpointSettings DEFAULT = new CheckpointSettings(128, 16L << 20);

    /** No checkpoints by themselves. */
    public static final CheckpointSettings NEVER = new CheckpointSettings(Integer.MAX_VALUE, Long.MAX_VALUE);

    public CheckpointSettings {
        if (entries < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "No distance between checkpoints: " + entries + " entries, " + bytes + " bytes");
        }
    }
}
