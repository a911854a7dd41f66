package dev.gitmemory.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An object of a log is missing or can't be used. The repository it belongs to is not guessed at; others are not
 * affected.
 */
public final class CorruptLogException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;

    public CorruptLogException(String key, String reason, @Nullable Throwable cause) {
        super("The log is corrupt at '" + key + "': " + reason, cause);
        this.key = key;
    }

    /** The same, to be thrown once more. */
    CorruptLogException again() {
        return new CorruptLogException(this);
    }

    private CorruptLogException(CorruptLogException first) {
        super(first.getMessage(), first);
        this.key = first.key;
    }

    /** Whether an object is missing, rather than one that is there unusable. */
    boolean isAboutMissing() {
        return getCause() instanceof VanishedException;
    }

    /** The key of the object in the store. */
    public String key() {
        return key;
    }
}
