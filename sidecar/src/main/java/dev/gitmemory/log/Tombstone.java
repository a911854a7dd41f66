package dev.gitmemory.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What takes the place of a repository that was purged: the same text as the last entry of the log and as the checkpoint
 * of that number. Whoever has read everything before meets the entry under the next number; everybody else meets the
 * checkpoint, which is looked for before anything is taken for the newest state.
 */
final class Tombstone {

    private static final byte[] FIRST_LINE = "# git-memory tombstone\n".getBytes(StandardCharsets.US_ASCII);

    private static final String TEXT = """
            # git-memory tombstone
            This repository was purged. Leave this object here: it keeps anybody from writing to the repository again.
            """;

    private Tombstone() {}

    /** A new copy of the text. */
    static byte[] bytes() {
        return TEXT.getBytes(StandardCharsets.US_ASCII);
    }

    static boolean is(byte[] object) {
        return object.length >= FIRST_LINE.length
                && Arrays.equals(object, 0, FIRST_LINE.length, FIRST_LINE, 0, FIRST_LINE.length);
    }
}
