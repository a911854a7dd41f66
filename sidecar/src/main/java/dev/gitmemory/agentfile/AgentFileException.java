package dev.gitmemory.agentfile;

import dev.gitmemory.block.Text;
import org.jspecify.annotations.Nullable;

/** An Agent File that can't be read, with the place in it that was wrong. The message is public text and holds both. */
public final class AgentFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int MOST_SHOWN = 200;

    private final String pointer;

    AgentFileException(String pointer, String problem, @Nullable Throwable cause) {
        super((pointer.isEmpty() ? "Agent File: " : "Agent File, at " + shown(pointer) + ": ") + problem, cause);
        this.pointer = pointer;
    }

    /** A text of the file in a message. */
    static String shown(String text) {
        return text.length() > MOST_SHOWN ? Text.escaped(text.substring(0, MOST_SHOWN)) + "…" : Text.escaped(text);
    }

    /** Where in the file, as a JSON pointer (RFC 6901): {@code /blocks/0/limit}. Empty for the file as a whole. */
    public String pointer() {
        return pointer;
    }
}
