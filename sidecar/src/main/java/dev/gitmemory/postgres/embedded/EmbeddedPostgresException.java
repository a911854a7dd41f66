package dev.gitmemory.postgres.embedded;

import java.io.IOException;

/** The embedded PostgreSQL could not be unpacked, started or stopped. The message says why, and what to do. */
public final class EmbeddedPostgresException extends IOException {

    private static final long serialVersionUID = 1L;

    EmbeddedPostgresException(String message) {
        super(message);
    }

    EmbeddedPostgresException(String message, Throwable cause) {
        super(message, cause);
    }
}
