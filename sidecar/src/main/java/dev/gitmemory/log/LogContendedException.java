package dev.gitmemory.log;

import java.io.IOException;

/** Other processes were faster every time; nothing was committed. Trying again later is the thing to do. */
public final class LogContendedException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * @param log the folder of the log in the store
     * @param attempts how often the write was tried
     */
    public LogContendedException(String log, int attempts) {
        super("Gave up writing to '" + log + "': in " + attempts
                + " attempts another process was first each time; nothing was committed, try again later");
    }
}
