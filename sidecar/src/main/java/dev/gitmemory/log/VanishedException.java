package dev.gitmemory.log;

import java.io.IOException;

/** An object that must be there is not, or not any more: a checkpoint has taken its place, or somebody removed it. */
final class VanishedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String reason;

    VanishedException(String key) {
        this(key, "this object is missing, though there is a later one; put it back");
    }

    private VanishedException(String key, String reason) {
        super("'" + key + "' is missing");
        this.key = key;
        this.reason = reason;
    }

    /** Entries from {@code key} on are missing before the entry {@code next}, which may be none of this log. */
    static VanishedException before(String key, String next, long howMany) {
        return new VanishedException(
                key,
                "%s missing, though there is '%s'; put back what is missing, or move that file away if it is none of this log"
                        .formatted(
                                howMany == 1
                                        ? "this object is"
                                        : "this object and the %d entries after it are".formatted(howMany - 1),
                                next));
    }

    /** The entry that {@code checkpoint} is of is missing, and there is no later one: the checkpoint may be none of this log. */
    static VanishedException under(String checkpoint, String key) {
        return new VanishedException(
                key,
                "this object is missing, though there is '%s'; put it back, or move that checkpoint away if it is none of this log"
                        .formatted(checkpoint));
    }

    /** When nothing has taken its place. */
    CorruptLogException corrupt() {
        return new CorruptLogException(key, reason, this);
    }
}
