package dev.gitmemory.repo;

import java.util.List;

/** An abbreviated commit id with which more than one commit begins. */
public final class AmbiguousRevisionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AmbiguousRevisionException(String revision, List<String> candidates) {
        super("'" + revision + "' is ambiguous: " + String.join(", ", candidates) + "; give more digits");
    }
}
