package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the store that a setting names. */
public final class Stores {

    private Stores() {}

    /**
     * Opens a store.
     *
     * @param setting {@code file:///path} for a folder, which is made if it is missing, or {@code memory:} for the heap
     * @throws IllegalArgumentException if the setting names no store; the message lists what is supported
     * @throws IOException if the store can't be used; the message says why and what to do
     */
    public static ObjectStore open(String setting) throws IOException {
        return open(setting, Clock.systemUTC());
    }

    /** Says what is wrong with a setting, without opening anything; empty when it names a store. */
    public static Optional<String> problemWith(String setting) {
        try {
            opener(setting, Clock.systemUTC());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    static ObjectStore open(String setting, Clock clock) throws IOException {
        return opener(setting, clock).open();
    }

    private static Opener opener(String setting, Clock clock) {
        URI uri = parse(setting);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        return switch (scheme) {
            case "file" -> {
                Path folder = folder(setting, uri);
                yield () -> FileStore.open(folder, clock);
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

    private static Path folder(String setting, URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw unsupported(setting, e.getMessage() + " (the path must be absolute, with three slashes)", e);
        }
    }

    private static IllegalArgumentException unsupported(String setting, String reason, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "The store '" + setting + "' can't be opened: " + reason
                        + ". Supported are file:///absolute/path and memory:",
                cause);
    }
}
