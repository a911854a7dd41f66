package dev.gitmemory.service;

import java.io.IOException;

/** A store is not the one that belongs to the database's ledger; the message names both and says what to do. */
public final class StoreMismatchException extends IOException {

    private static final long serialVersionUID = 1L;

    StoreMismatchException(String message) {
        super(message);
    }
}
