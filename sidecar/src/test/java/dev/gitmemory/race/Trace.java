package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What happened in one race, in its order. Thread-safe. */
public final class Trace {

    private final List<String> lines = new ArrayList<>();
    private boolean waited;

    synchronized void say(String who, String what, String answer) {
        lines.add(who + ": " + what.replaceAll("\\s+", " ") + " -> " + answer.replaceAll("\\s+", " "));
    }

    synchronized void waits(String who, String what) {
        say(who, what, "waits");
        waited = true;
    }

    /** Whether a step had to wait for another session. */
    public synchronized boolean waited() {
        return waited;
    }

    @Override
    public synchronized String toString() {
        return lines.stream().map(line -> "    " + line).collect(Collectors.joining("\n"));
    }
}
