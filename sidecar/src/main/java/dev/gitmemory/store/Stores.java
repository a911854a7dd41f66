package dev.gitmemory.store;

import dev.gitmemory.store.gcs.GcsEndpoint;
import dev.gitmemory.store.gcs.GcsLocation;
import dev.gitmemory.store.gcs.GcsStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opens the store that a setting names. */
public final class Stores {

    /** The variable by which Google's tools are told of an emulator; empty counts as not set. */
    private static final String EMULATOR = "STORAGE_EMULATOR_HOST";

    /** What has an '@' where a URL names its host. */
    private static final Pattern WITH_SECRET = Pattern.compile("(?s)[^/]*//[^/]*@.*");

    private Stores() {}

    /**
     * Opens a store with default settings and without metrics.
     *
     * @param uri as in {@link StoreSettings#uri}
     * @throws IllegalArgumentException if it names no store; the message lists what is supported
     * @throws IOException if the store can't be used; the message says why and what to do
     */
    public static ObjectStore open(String uri) throws IOException {
        return open(new StoreSettings(uri));
    }

    /**
     * Opens a store without metrics.
     *
     * @throws IllegalArgumentException if the settings name no store; the message lists what is supported
     * @throws IOException if the store can't be used; the message says why and what to do
     */
    public static ObjectStore open(StoreSettings settings) throws IOException {
        return open(settings, new CompositeMeterRegistry());
    }

    /**
     * Opens a store, which may be a new one.
     *
     * @param metrics gets the meters of each request to it
     * @throws IllegalArgumentException if the settings name no store; the message lists what is supported
     * @throws IOException if the store can't be used; the message says why and what to do
     */
    public static ObjectStore open(StoreSettings settings, MeterRegistry metrics) throws IOException {
        return open(settings, metrics, StoreUse.START);
    }

    /**
     * Opens a store.
     *
     * @param metrics gets the meters of each request to it
     * @param use what it is opened for
     * @throws IllegalArgumentException if the settings name no store; the message lists what is supported
     * @throws IOException if there is none, or it can't be used so; the message says why and what to do
     */
    public static ObjectStore open(StoreSettings settings, MeterRegistry metrics, StoreUse use) throws IOException {
        Opener opener = opener(settings, metrics, Clock.systemUTC(), System.getenv(EMULATOR), use);
        return limited(opener.open(), settings, metrics);
    }

    /** Says what is wrong with a URI, without opening anything; empty when it names a store. */
    public static Optional<String> problemWith(String uri) {
        try {
            opener(new StoreSettings(uri), new CompositeMeterRegistry(), Clock.systemUTC(), null, StoreUse.READ);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Says what is wrong with an address of Google Cloud Storage; empty when it is one. */
    public static Optional<String> problemWithEndpoint(String endpoint) {
        return GcsEndpoint.problemWith(endpoint);
    }

    static ObjectStore open(StoreSettings settings, MeterRegistry metrics, Clock clock, @Nullable String emulator)
            throws IOException {
        return limited(
                opener(settings, metrics, clock, emulator, StoreUse.START).open(), settings, metrics);
    }

    private static ObjectStore limited(ObjectStore store, StoreSettings settings, MeterRegistry metrics) {
        ObjectStore metered = new MeteredStore(store, metrics);
        return new LimitedStore(metered, settings.parallelism(), settings.deadline(), System::nanoTime, metrics);
    }

    private static Opener opener(
            StoreSettings settings, MeterRegistry metrics, Clock clock, @Nullable String emulator, StoreUse use) {
        String setting = settings.uri();
        if (WITH_SECRET.matcher(setting).matches()) {
            throw unsupported(setting, "it holds no credentials: leave out what is between '//' and '@'", null);
        }
        URI uri = parse(setting);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        return switch (scheme) {
            case "file" -> {
                Path folder = folder(setting, uri);
                yield () -> FileStore.open(folder, clock, use);
            }
            case "gs" -> {
                GcsLocation location = location(setting, uri);
                yield () -> GcsStore.open(location, settings, blankToNull(emulator), metrics);
            }
            case "memory" -> MemoryStore::new;
            default -> throw unsupported(setting, "its scheme is unknown", null);
        };
    }

    /** A store that is known and not open yet. */
    private interface Opener {
        ObjectStore open() throws IOException;
    }

    private static URI parse(String setting) {
        if (setting.equals("memory:")) {
            return URI.create("memory:/"); // java.net.URI wants something behind the colon
        }
        try {
            return new URI(setting);
        } catch (URISyntaxException e) {
            throw unsupported(setting, e.getReason() + " (other characters than letters and digits as %XX)", e);
        }
    }

    private static GcsLocation location(String setting, URI uri) {
        try {
            return GcsLocation.parse(uri);
        } catch (IllegalArgumentException e) {
            throw unsupported(setting, String.valueOf(e.getMessage()), e);
        }
    }

    private static Path folder(String setting, URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw unsupported(setting, e.getMessage() + " (the path must be absolute, with three slashes)", e);
        }
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /** Says nothing that may be a secret: neither what is before an '@' or behind a '?', nor a cause that repeats it. */
    private static IllegalArgumentException unsupported(String setting, String reason, @Nullable Throwable cause) {
        String told = setting.replaceFirst("(?s)^([a-z]*:?/*).*@", "$1...@").replaceFirst("(?s)\\?.*$", "?...");
        return new IllegalArgumentException(
                "The store '" + told + "' can't be opened: " + reason
                        + ". Supported are file:///absolute/path, gs://bucket/prefix and memory:",
                told.equals(setting) ? cause : null);
    }
}
