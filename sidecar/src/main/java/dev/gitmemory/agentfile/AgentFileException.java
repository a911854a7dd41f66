package dev.gitmemory.agentfile;

import org.jspecify.annotations.Nullable;

/** An Agent File that can't be read, with the place in it that was wrong. The message is public text and holds both. */
public final class AgentFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String pointer;

    AgentFileException(String pointer, String problem, @Nullable Throwable cause) {
        super((pointer.isEmpty() ? "Agent File: " : "Agent File, at " + pointer + ": ") + problem, cause);
        this.pointer = pointer;
    }

    /** Where in the file, as a JSON pointer (RFC 6901): {@code /blocks/0/limit}. Empty for the file as a whole. */
    public String pointer() {
        return pointer;
    }
}
