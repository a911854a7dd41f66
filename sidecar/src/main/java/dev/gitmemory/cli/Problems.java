package dev.gitmemory.cli;

import java.util.ArrayList;
import java.util.List;

/** Everything wrong with the command line and the environment, so that a person can mend it in one go. Not thread-safe. */
final class Problems {

    private final List<String> texts = new ArrayList<>();

    /**
     * Adds a problem.
     *
     * @param text names the setting and says what it must be; never holds a secret
     */
    void add(String text) {
        texts.add(text);
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    /** Returns the problems in the order in which they were found. */
    List<String> texts() {
        return List.copyOf(texts);
    }
}
