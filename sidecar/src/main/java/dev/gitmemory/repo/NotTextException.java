package dev.gitmemory.repo;

/** Something that is not a text file (a binary file, a symbolic link, a submodule) was read as one. */
public final class NotTextException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;

    public NotTextException(String path, String reason) {
        super("'" + path + "' is not a text file: " + reason);
        this.path = path;
    }

    /** The path in the repository. */
    public String path() {
        return path;
    }
}
