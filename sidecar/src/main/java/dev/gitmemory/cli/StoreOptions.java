package dev.gitmemory.cli;

import dev.gitmemory.repo.CheckpointSettings;
import dev.gitmemory.store.StoreSettings;
import dev.gitmemory.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the repositories are kept, and how much is asked of that place. */
final class StoreOptions {

    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "Where the git repositories are kept: file:///absolute/path for a folder, gs://bucket/prefix for"
                            + " Google Cloud Storage, with the application default credentials (or an emulator, without any,"
                            + " where STORAGE_EMULATOR_HOST is set), memory: for this process only (gone when it ends)."
                            + " Default: the folder 'store' in --data-dir.")
    @Nullable
    String store;

    @Option(
            names = "--store-parallelism",
            paramLabel = "N",
            defaultValue = "" + StoreSettings.DEFAULT_PARALLELISM,
            description =
                    "How many requests to the store may be under way at the same time; others wait for their turn."
                            + " Default: " + StoreSettings.DEFAULT_PARALLELISM + ".")
    int parallelism = StoreSettings.DEFAULT_PARALLELISM;

    @Option(
            names = "--store-timeout",
            paramLabel = "MILLISECONDS",
            defaultValue = "" + StoreSettings.DEFAULT_TIMEOUT_MILLIS,
            description = "How long a request to gs:// waits for a connection, and for the next byte of an answer,"
                    + " before it is sent again; a third of --store-deadline at most. Default: "
                    + StoreSettings.DEFAULT_TIMEOUT_MILLIS + ".")
    long timeoutMillis = StoreSettings.DEFAULT_TIMEOUT_MILLIS;

    @Option(
            names = "--store-retry-for",
            paramLabel = "MILLISECONDS",
            defaultValue = "" + StoreSettings.DEFAULT_RETRY_FOR_MILLIS,
            description = "How long a request to gs:// that fails in passing (throttled, time-out, lost connection) is"
                    + " sent again, with growing random pauses, before the failure is told; --store-deadline at most,"
                    + " 0 for never."
                    + " Default: " + StoreSettings.DEFAULT_RETRY_FOR_MILLIS + ".")
    long retryMillis = StoreSettings.DEFAULT_RETRY_FOR_MILLIS;

    @Option(
            names = "--store-deadline",
            paramLabel = "MILLISECONDS",
            defaultValue = "" + StoreSettings.DEFAULT_DEADLINE_MILLIS,
            description =
                    "How long one write may wait for the store altogether: for its turn, for every attempt, and for"
                            + " finding out what became of it; and one second more for each MiB. Default: "
                            + StoreSettings.DEFAULT_DEADLINE_MILLIS + ".")
    long deadlineMillis = StoreSettings.DEFAULT_DEADLINE_MILLIS;

    @Option(
            names = "--store-endpoint",
            paramLabel = "URL",
            description = "The address of Google Cloud Storage where it is another than its public one (a regional one,"
                    + " Private Service Connect): https://HOST. The credentials are sent there. Default: that of the"
                    + " credentials' universe domain, https://storage.googleapis.com.")
    @Nullable
    String endpoint;

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
        if (endpoint != null) {
            Stores.problemWithEndpoint(endpoint).ifPresent(problem -> problems.add("--store-endpoint: " + problem));
        }
        if (parallelism < 1) {
            problems.add("--store-parallelism must be 1 or more, is " + parallelism);
        }
        if (timeoutMillis < 1) {
            problems.add("--store-timeout must be 1 or more milliseconds, is " + timeoutMillis);
        }
        if (deadlineMillis < 1) {
            problems.add("--store-deadline must be 1 or more milliseconds, is " + deadlineMillis);
        }
        if (retryMillis < 0) {
            problems.add("--store-retry-for must be 0 or more milliseconds, is " + retryMillis);
        }
    }

    CheckpointSettings checkpoints() {
        return new CheckpointSettings(checkpointEntries, checkpointBytes);
    }

    /** How long entries are kept that a checkpoint covers; empty for always. */
    Optional<Duration> logRetention() {
        return Optional.ofNullable(logRetentionDays).map(Duration::ofDays);
    }

    /** Returns what {@link Stores#open} takes. */
    StoreSettings settings(Path dataDir) {
        String uri = store != null
                ? store
                : dataDir.resolve("store").toAbsolutePath().normalize().toUri().toString();
        return new StoreSettings(
                uri,
                parallelism,
                Duration.ofMillis(timeoutMillis),
                Duration.ofMillis(retryMillis),
                Duration.ofMillis(deadlineMillis),
                endpoint);
    }
}
