package dev.gitmemory.repo;

/**
 * How much an import may bring in. Packed it is held in memory as a whole on its way into the log.
 *
 * @param fileBytes the largest file or other object, in bytes
 * @param totalBytes all objects together, unpacked, in bytes
 * @param files files of the newest commit
 * @param refs branches and tags; every later entry of the log repeats all of them
 */
public record ImportLimits(long fileBytes, long totalBytes, int files, int refs) {

    /** 64 MiB a file, 512 MiB in all, 100,000 files, 1,000 refs. */
    public static final ImportLimits DEFAULT = new ImportLimits(64L << 20, 512L << 20, 100_000, 1_000);

    public ImportLimits {
        if (fileBytes < 1 || totalBytes < 1 || files < 1 || refs < 1) {
            throw new IllegalArgumentException("Limits must be 1 or more");
        }
        fileBytes = Math.min(fileBytes, Integer.MAX_VALUE - 8L); // what an array holds
    }

    /** @throws TransferException if that is more than the limit */
    void checkTotal(long bytes) throws TransferException {
        if (bytes > totalBytes) {
            throw new TransferException(
                    "it has more than %d MiB, the limit for an import (--max-size)".formatted(totalBytes >> 20));
        }
    }
}
