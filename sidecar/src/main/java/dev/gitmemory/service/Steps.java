package dev.gitmemory.service;

/**
 * Told of every step on the way of a write. Does nothing in service; the crash tests end the process at a step of
 * their choice. Called on the writing thread.
 */
@FunctionalInterface
public interface Steps {

    /** The points between which a crash may strike. */
    enum Step {
        /** The request was checked; nothing was written. */
        RESOLVED,
        /** PostgreSQL knows that a commit is about to be made. */
        ANNOUNCED,
        /** What the commit will mean for rows is written; see {@link dev.gitmemory.postgres.Intents}. */
        INTENDED,
        /** The commit is in the object storage. */
        COMMITTED,
        /** The transaction is open and holds the repository's row. */
        LOCKED,
        /** The ledger is written, not committed. */
        LEDGER_WRITTEN,
        /** The rows are written, not committed. */
        ROWS_WRITTEN,
        /** The tag of an agent that is being enabled is written, not committed. */
        TAGGED,
        /** The tag of an agent that is being disabled is removed, not committed. */
        UNTAGGED,
        /** PostgreSQL has committed. */
        APPLIED,
        /** The columns that PostgreSQL alone keeps are written too. */
        DONE,
        /** Rows were compared with git; nothing is mended. */
        COMPARED,
        /** A request of the SQL interface was taken; nothing was begun. */
        REQUEST_TAKEN,
        /** A request was carried out; nobody was told. */
        REQUEST_CARRIED_OUT,
        /** A request's result is in PostgreSQL. */
        REQUEST_ANSWERED
    }

    Steps NONE = (step, agentId) -> {};

    /**
     * A write has got here.
     *
     * @param agentId of several owners of a block the first, or the one that it is about; for requests about all agents
     *     the request's number
     */
    void reached(Step step, String agentId);
}
