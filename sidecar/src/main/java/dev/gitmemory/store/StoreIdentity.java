package dev.gitmemory.store;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By what a store is known wherever it is: an id in an object of its own, which is created once and never changed. A copy
 * of the store has the same id. Stateless.
 */
public final class StoreIdentity {

    /** No organisation's folder has such a name, on any file system: theirs don't begin with a dot. */
    public static final String KEY = ".git-memory-store.json";

    private static final int LONGEST_BYTES = 1000;

    private static final Pattern FORM =
            Pattern.compile("\\s*\\{\\s*\"id\"\\s*:\\s*\"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\"\\s*}\\s*");

    private StoreIdentity() {}

    /**
     * The id of a store.
     *
     * @return empty where it has none
     * @throws StoreException if the object says something else
     * @throws IOException if the store can't be read
     */
    public static Optional<UUID> read(ObjectStore store) throws IOException {
        byte[] content = store.read(KEY, 0, LONGEST_BYTES);
        if (content == null) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(new String(content, StandardCharsets.UTF_8));
        if (content.length == LONGEST_BYTES || !form.matches()) {
            throw new StoreException(
                    "The object '" + KEY
                            + "' of the store does not say which store this is: it must be {\"id\": \"...\"}, as"
                            + " git-memory made it. Restore it from a backup; or move it away, and then run 'git-memory store"
                            + " adopt', which compares the store with the ledger first",
                    null);
        }
        return Optional.of(UUID.fromString(form.group(1)));
    }

    /**
     * Gives a store an id, unless it has one: of any number of racing calls one makes it, and all answer the same. May be
     * repeated after a failure.
     *
     * @param proposed taken if there is none
     * @return the store's id from now on
     * @throws StoreException if the object is there and says something else
     * @throws IOException if the store failed; whether the id was stored is open
     */
    public static UUID create(ObjectStore store, UUID proposed) throws IOException {
        IOException failure = null;
        try {
            store.create(KEY, ("{\"id\": \"" + proposed + "\"}\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            failure = e; // it may have been stored all the same
        }
        Optional<UUID> there = read(store);
        if (there.isPresent()) {
            return there.get();
        }
        throw failure != null ? failure : new StoreException("'" + KEY + "' was stored and is not there", null);
    }

    /**
     * Where a store is, as the setting {@code store} spells it, without secrets: the same text for the same place. Of a
     * folder the path without links, as far as it is there.
     */
    public static String address(ObjectStore store) {
        URI uri = store.uri();
        return "file".equals(uri.getScheme()) ? address(Path.of(uri)) : uri.toString();
    }

    private static String address(Path folder) {
        String uri = real(folder.toAbsolutePath().normalize()).toUri().toString();
        return uri.endsWith("/") && !uri.equals("file:///") ? uri.substring(0, uri.length() - 1) : uri;
    }

    /** The path without links; below what is not there, or can't be looked at, as it was given. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            Path name = path.getFileName();
            return parent == null || name == null ? path : real(parent).resolve(name);
        }
    }

    /** Takes the id off a store that is nobody's any more; its repositories stay. */
    public static void forget(ObjectStore store) throws IOException {
        store.delete(KEY);
    }
}
