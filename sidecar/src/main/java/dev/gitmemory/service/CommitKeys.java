package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.repo.CommitKey;

/** Where the key of commits comes from: the database, which all processes of an installation share. */
public final class CommitKeys {

    private CommitKeys() {}

    /**
     * Reads it: one statement, once in a process, when it opens its repositories. It never changes.
     *
     * @throws dev.gitmemory.postgres.IllegalInstallationException if there is none
     * @throws dev.gitmemory.postgres.StatementFailedException if the login may not read it: it is no member of
     *     {@code git_memory_sidecar}
     * @throws dev.gitmemory.postgres.DatabaseUnavailableException if PostgreSQL can't be reached
     */
    public static CommitKey read(Database database) {
        return new CommitKey(database.inTransaction(tx -> tx.installation().commitKey()));
    }
}
