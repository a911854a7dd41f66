package dev.gitmemory.postgres;

/** git-memory's own part of the database lacks what every process needs; the message says what to do. */
public final class IllegalInstallationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IllegalInstallationException(String message) {
        super(message);
    }
}
