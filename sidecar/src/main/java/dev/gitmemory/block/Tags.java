package dev.gitmemory.block;

import java.util.Collection;

/** How many tags a block or an agent may have, and how long they may be. They are in PostgreSQL only, a row for each. */
public final class Tags {

    /** The most that a block or an agent may have. */
    public static final int MAX = 1_000;

    /** The longest, in Unicode code points: an index of PostgreSQL has to hold it. */
    public static final int MAX_CHARACTERS = 500;

    private static final String FIELD = "tags";

    private Tags() {}

    /**
     * Checks how many tags somebody writes, before they are read.
     *
     * @throws RuleViolation of the field {@code tags} if there are more than {@value #MAX}
     */
    public static void requireCount(int count) {
        if (count > MAX) {
            throw new RuleViolation(FIELD, "tags are more than " + MAX);
        }
    }

    /**
     * Checks the tags that somebody writes.
     *
     * @throws RuleViolation of the field {@code tags} if there are more than {@value #MAX}, or one has more than
     *     {@value #MAX_CHARACTERS} characters
     */
    public static void require(Collection<String> tags) {
        requireCount(tags.size());
        for (String tag : tags) {
            if (tag.codePointCount(0, tag.length()) > MAX_CHARACTERS) {
                throw new RuleViolation(
                        FIELD, "tags hold one that is longer than " + MAX_CHARACTERS + " characters: " + start(tag));
            }
        }
    }

    private static String start(String tag) {
        return JsonWriter.quote(tag.substring(0, tag.offsetByCodePoints(0, 20)) + "…");
    }
}
