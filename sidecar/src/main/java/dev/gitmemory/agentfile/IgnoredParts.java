package dev.gitmemory.agentfile;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what is passed over. */
final class IgnoredParts {

    private final SortedMap<String, Integer> counts = new TreeMap<>();

    /** Passes over the value of a key that means nothing to us. */
    void skip(String place, String key, JsonCursor cursor) throws IOException {
        add(place + "/" + key.replace("~", "~0").replace("/", "~1"), cursor.skip());
    }

    void add(String place, int count) {
        if (count > 0) {
            counts.merge(place, count, Integer::sum);
        }
    }

    SortedMap<String, Integer> counts() {
        return counts;
    }
}
