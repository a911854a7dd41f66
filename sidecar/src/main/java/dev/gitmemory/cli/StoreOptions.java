package dev.gitmemory.cli;

import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the repositories are kept. */
final class StoreOptions {

    @Option(
            names = "--store",
            paramLabel = "URI",
            description = "Where the git repositories are kept: file:///absolute/path for a folder, memory: for this"
                    + " process only (gone when it ends). Default: the folder 'store' in --data-dir.")
    @Nullable
    String store;

    @Option(
            names = "--checkpoint-entries",
            paramLabel = "N",
            defaultValue = "128",
            description = "Make a checkpoint of a repository after so many log entries, in a long history after up to"
                    + " eight times as many. Fewer let it open faster, more write less. Default: 128.")
    int checkpointEntries = CheckpointSettings.DEFAULT.entries();

    @Option(
            names = "--checkpoint-bytes",
            paramLabel = "BYTES",
            defaultValue = "16777216",
            description = "The same after log entries of so many bytes together. Default: 16777216 (16 MiB).")
    long checkpointBytes = CheckpointSettings.DEFAULT.bytes();

    @Option(
            names = "--log-retention-days",
            paramLabel = "DAYS",
            description = "Delete log entries that a checkpoint has covered for so many days, 1 or more; for serve and"
                    + " compact. No repository loses anything by that. Default: keep all entries.")
    @Nullable
    Integer logRetentionDays;

    void check(Problems problems) {
        if (checkpointEntries < 1) {
            problems.add("--checkpoint-entries must be 1 or more, is " + checkpointEntries);
        }
        if (checkpointBytes < 1) {
            problems.add("--checkpoint-bytes must be 1 or more, is " + checkpointBytes);
        }
        if (logRetentionDays != null && logRetentionDays < 1) {
            problems.add("--log-retention-days must be 1 or more, is " + logRetentionDays);
        }
        if (store != null) {
            Stores.problemWith(store).ifPresent(problem -> problems.add("--store: " + problem));
        }
    }

    CheckpointSettings checkpoints() {
        return new CheckpointSettings(checkpointEntries, checkpointBytes);
    }

    /** How long entries are kept that a checkpoint covers; empty for always. */
    Optional<Duration> logRetention() {
        return Optional.ofNullable(logRetentionDays).map(Duration::ofDays);
    }

    /** Returns the setting that {@link Stores#open} takes. */
    String settings(Path dataDir) {
        return store != null
                ? store
                : dataDir.resolve("store").toAbsolutePath().normalize().toUri().toString();
    }
}
