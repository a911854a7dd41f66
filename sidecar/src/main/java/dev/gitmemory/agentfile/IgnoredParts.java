package dev.gitmemory.agentfile;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what is passed over. */
final class IgnoredParts {

    /** Of places, not of elements: every server's files have a few dozen. */
    private static final int MAX_PLACES = 10_000;

    private final SortedMap<String, Integer> counts = new TreeMap<>();

    /** Passes over the value of a key that means nothing to us; answers so. */
    boolean skip(String place, String key, JsonCursor cursor) throws IOException {
        add(place + "/" + key.replace("~", "~0").replace("/", "~1"), cursor.skip());
        return false;
    }

    void add(String place, int count) {
        if (count > 0) {
            if (counts.size() == MAX_PLACES && !counts.containsKey(place)) {
                throw new AgentFileException("", "it has more than " + MAX_PLACES + " different unknown fields", null);
            }
            counts.merge(place, count, Integer::sum);
        }
    }

    SortedMap<String, Integer> counts() {
        return counts;
    }
}
