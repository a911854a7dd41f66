package dev.gitmemory.service;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what a person meant to type. Thread-safe. */
public final class Suggestion {

    private Suggestion() {}

    /**
     * Returns {@code ": did you mean X?"} with the known name most like the given one, or nothing when none is near:
     * a far-fetched guess helps less than none.
     *
     * @param known names that would have been right
     * @param given the name that was not
     */
    public static String among(Collection<String> known, String given) {
        int near = Math.max(2, given.length() / 4);
        return known.stream()
                .filter(name -> distance(name, given) <= near)
                .min(Comparator.comparingInt(name -> distance(name, given)))
                .map(name -> ": did you mean " + name + "?")
                .orElse("");
    }

    /** Levenshtein distance without regard to case: how many letters to insert, drop or replace. */
    private static int distance(String a, String b) {
        String from = a.toLowerCase(Locale.ROOT);
        String to = b.toLowerCase(Locale.ROOT);
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
