package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The numbered entries of one repository in an object store: {@code <prefix>/log/<20 digits>.bundle}, from 1, without
 * gaps. Entries are created and never changed. Thread-safe.
 */
final class RepoLog {

    private static final int PAGE = 1000;
    private static final Pattern NAME = Pattern.compile("([0-9]{20})\\.bundle");

    private final ObjectStore store;
    private final String folder;

    RepoLog(ObjectStore store, String prefix) {
        this.store = store;
        this.folder = prefix + "/log/";
    }

    /** The key of entry {@code number}. */
    String key(long number) {
        return folder + "%020d.bundle".formatted(number);
    }

    ObjectStore.Created create(long number, byte[] entry) throws IOException {
        return store.create(key(number), entry);
    }

    /** The entry, or null if there is none. */
    byte @Nullable [] read(long number) throws IOException {
        return store.read(key(number));
    }

    /**
     * The number of the newest entry, 0 if there is none.
     *
     * @throws CorruptLogException if one is missing before it, or if there is anything else in the folder
     */
    long newest() throws IOException {
        long newest = 0;
        String after = folder;
        List<ObjectStore.Entry> page;
        do {
            page = store.list(folder, after, PAGE);
            for (ObjectStore.Entry entry : page) {
                long number = number(entry.key());
                if (number != newest + 1) {
                    throw new CorruptLogException(
                            key(newest + 1), "this entry is missing, though there is a later one; put it back", null);
                }
                newest = number;
                after = entry.key();
            }
        } while (page.size() == PAGE);
        return newest;
    }

    private long number(String key) throws CorruptLogException {
        Matcher name = NAME.matcher(key.substring(folder.length()));
        if (name.matches()) {
            try {
                long number = Long.parseLong(name.group(1));
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw foreign(key, e);
            }
        }
        throw foreign(key, null);
    }

    private static CorruptLogException foreign(String key, @Nullable Throwable cause) {
        return new CorruptLogException(key, "this object does not belong here; move it away", cause);
    }
}
