package dev.gitmemory.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** What entries after the newest checkpoint have brought. Changed by one thread at a time; the numbers any may read. */
final class Tail {

    private record Part(long number, List<LoggedObject> objects, long bytes) {}

    private final Deque<Part> parts = new ArrayDeque<>();
    private volatile long checkpoint;
    private volatile long checkpointBytes;
    private volatile int entries;
    private volatile long bytes;

    /** The checkpoint that it begins after; 0 for none. */
    long checkpoint() {
        return checkpoint;
    }

    /** The size of that checkpoint. */
    long checkpointBytes() {
        return checkpointBytes;
    }

    /** How many entries there are. */
    int entries() {
        return entries;
    }

    /** The size of these entries. */
    long bytes() {
        return bytes;
    }

    void add(long number, Collection<LoggedObject> objects, long size) {
        parts.add(new Part(number, List.copyOf(objects), size));
        count(bytes + size);
    }

    /** There is a checkpoint up to entry {@code number}, of {@code size} bytes. */
    void checkpointed(long number, long size) {
        checkpoint = number;
        checkpointBytes = size;
        long left = bytes;
        for (Part first = parts.peek(); first != null && first.number() <= number; first = parts.peek()) {
            left -= first.bytes();
            parts.remove();
        }
        count(left);
    }

    private void count(long size) {
        bytes = size;
        entries = parts.size();
    }

    List<LoggedObject> objects() {
        List<LoggedObject> objects = new ArrayList<>();
        parts.forEach(part -> objects.addAll(part.objects()));
        return objects;
    }
}
