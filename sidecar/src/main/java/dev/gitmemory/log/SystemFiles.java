package dev.gitmemory.log;

import java.util.Set;

/**
 * Files that operating systems and copying programs leave in any folder that they come through: they say nothing of a
 * log, and must not stop it.
 */
final class SystemFiles {

    private static final Set<String> NAMES = Set.of("Thumbs.db", "ehthumbs.db", "desktop.ini");

    /** How many names of a folder may sort after a log's objects and be none of them. */
    static final int MOST_BEHIND = NAMES.size();

    private SystemFiles() {}

    /** Whether an object's name is such a file's: it begins with a dot, as temporary files do, too, or is known. */
    static boolean has(String key) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        return name.startsWith(".") || NAMES.contains(name);
    }
}
