package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the store lists of one log, by kind; whatever is of none is a finding. */
final class LogInventory {

    private static final int PAGE = 1000;
    private static final Pattern KEY =
            Pattern.compile("(?:(log|checkpoint)/(\\d{20})\\.bundle|(retention)/(\\d{20})\\.txt)");

    private final SortedSet<Long> entries = new TreeSet<>();
    private final SortedSet<Long> checkpoints = new TreeSet<>();

    /** Keys of files that are nobody's, and in nobody's way. */
    private final List<String> ignored = new ArrayList<>();

    private LogInventory() {}

    static LogInventory of(ObjectStore store, String prefix, List<LogFinding> findings) throws IOException {
        LogInventory inventory = new LogInventory();
        String folder = prefix + "/";
        String after = folder;
        List<ObjectStore.Entry> page;
        do {
            page = store.list(folder, after, PAGE);
            for (ObjectStore.Entry entry : page) {
                after = entry.key();
                if (SystemFiles.has(after)) {
                    inventory.ignored.add(after);
                } else if (!inventory.add(after.substring(folder.length()))) {
                    findings.add(new LogFinding(
                            after, "this object does not belong here", "move it away; nothing of ours is in it"));
                }
            }
        } while (page.size() == PAGE);
        return inventory;
    }

    private boolean add(String name) {
        Matcher parts = KEY.matcher(name);
        if (!parts.matches()) {
            return false;
        }
        try {
            boolean note = parts.group(3) != null;
            long number = Long.parseLong(note ? parts.group(4) : parts.group(2));
            if (!note && number > 0) {
                (parts.group(1).equals("log") ? entries : checkpoints).add(number);
            }
            return number > 0;
        } catch (NumberFormatException e) {
            return false; // twenty digits hold more than a long
        }
    }

    /** Whether an object is one of a log's, by its name within the repository. */
    static boolean isOurs(String name) {
        return new LogInventory().add(name);
    }

    List<String> ignored() {
        return ignored;
    }

    SortedSet<Long> entries() {
        return entries;
    }

    SortedSet<Long> checkpoints() {
        return checkpoints;
    }
}
