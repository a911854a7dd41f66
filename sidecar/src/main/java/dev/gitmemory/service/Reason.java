package dev.gitmemory.service;

/** Why an operation was refused or could not be carried out. */
public enum Reason {
    /** The request itself can't be understood. Nothing was written. */
    MALFORMED,
    /** There is no such agent, block or commit. Nothing was written. */
    NOT_FOUND,
    /** The agent was purged: it has nothing in git, and never will. Nothing was written. */
    GONE,
    /** The state of the agent or the block does not allow it. Nothing was written. */
    CONFLICT,
    /** The block is no longer the one that the caller saw ({@code If-Match}). Nothing was written. */
    STALE,
    /** A rule for blocks is broken: label, limit, encoding, metadata. Nothing was written. */
    RULE,
    /** PostgreSQL or the object storage does not answer; the message says what was written. */
    UNAVAILABLE,
    /** The object storage did not confirm a write that it was sent: it has it, may have it yet, or will never have it. */
    UNKNOWN
}
