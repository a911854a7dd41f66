package dev.gitmemory.repo;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which repositories a store has, whatever a database says. Stateless. */
public final class StoredRepositories {

    private static final String FOLDER = "/repo.git/";

    /** Two ids that may be anything, {@code repo.git} too; or more above them, in a store within a folder of another. */
    private static final Pattern PREFIX = Pattern.compile("([^/]+/[^/]+(?:/[^/]+)*?/repo\\.git)/.*", Pattern.DOTALL);

    /** What follows the slash in order: to begin behind a folder is to begin behind this in its place. */
    private static final char AFTER_SLASH = '/' + 1;

    private StoredRepositories() {}

    /**
     * The prefixes of all repositories, ascending; one request for each, and one more.
     *
     * @throws IOException if the store can't be listed
     */
    public static List<String> prefixes(ObjectStore store) throws IOException {
        List<String> prefixes = new ArrayList<>();
        String after = "";
        while (true) {
            List<ObjectStore.Entry> page = store.list("", after, 1);
            if (page.isEmpty()) {
                return prefixes;
            }
            String key = page.get(0).key();
            Matcher parts = PREFIX.matcher(key);
            if (parts.matches()) {
                String prefix = parts.group(1);
                prefixes.add(prefix);
                after = prefix + AFTER_SLASH;
            } else {
                after = key; // an object that is nobody's
            }
        }
    }

    /** Whether a prefix is that of an agent's repository, in whatever organisation. */
    public static boolean isOf(String prefix, String agentId) {
        return prefix.endsWith("/" + SafeName.of(agentId) + FOLDER.substring(0, FOLDER.length() - 1));
    }
}
