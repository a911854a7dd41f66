package dev.gitmemory.repo;

/** A name that no commit of the repository has. */
public final class UnknownRevisionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownRevisionException(String revision) {
        super("There is no commit '" + revision
                + "' in this repository; give a commit id (or its first 4 or more digits), a"
                + " branch, a tag or HEAD");
    }
}
