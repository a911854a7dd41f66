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
        /** The commit is in the object storage. */
        COMMITTED,
        /** The transaction is open and holds the repository's row. */
        LOCKED,
        /** The ledger is written, not committed. */
        LEDGER_WRITTEN,
        /** The rows are written, not committed. */
        ROWS_WRITTEN,
        /** PostgreSQL has committed. */
        APPLIED,
        /** The columns that PostgreSQL alone keeps are written too. */
        DONE,
        /** A request of the SQL interface was taken; nothing was begun. */
        REQUEST_TAKEN,
        /** A request was carried out; nobody was told. */
        REQUEST_CARRIED_OUT,
        /** A request's result is in PostgreSQL. */
        REQUEST_ANSWERED
    }

    Steps NONE = (step, id) -> {};

    /**
     * A write has got here.
     *
     * @param id of the agent, for {@link Step#DONE} of the block, for requests that of the request
     */
    void reached(Step step, String id);
}
