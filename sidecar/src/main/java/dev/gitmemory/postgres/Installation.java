package dev.gitmemory.postgres;

import org.jdbi.v3.core.Handle;

/** What the database keeps for all processes that work on it. */
public final class Installation {

    private static final String ADVICE =
            "Restore git_memory.commit_key from a backup of this database. Without one, a member of"
                    + " git_memory_owner makes a new key by INSERT INTO git_memory.commit_key DEFAULT VALUES; commits made before are"
                    + " then shown with git's author line, as anybody's are";

    private final Handle handle;

    Installation(Handle handle) {
        this.handle = handle;
    }

    /**
     * The secret by which commits prove that one of these processes made them. Not to be logged, nor handed to anybody.
     *
     * @throws IllegalInstallationException if the database has none
     */
    public byte[] commitKey() {
        return handle.createQuery("SELECT key FROM git_memory.commit_key WHERE key IS NOT NULL")
                .mapTo(byte[].class)
                .findOne()
                .orElseThrow(() -> new IllegalInstallationException(
                        "The database has no key for commits, so nothing could prove which commits git-memory has made. "
                                + ADVICE));
    }
}
