package dev.gitmemory.service;

/**
 * A place where PostgreSQL does not equal git.
 *
 * @param what for people to read
 */
public record Difference(String label, Kind kind, String what) {

    @Override
    public String toString() {
        return (label.isEmpty() ? "the agent" : "'" + label + "'") + ": " + what;
    }

    /** What kind of difference. */
    public enum Kind {
        /** git has the label, no row is linked to the agent under it. */
        MISSING_ROW,
        /** A row is linked to the agent under a label that git does not have. */
        EXTRA_ROW,
        /** The row's content is not the file's. */
        CONTENT,
        /** The row's SHA is not the commit that last touched the label. */
        SHA,
        /** The ledger does not say what git says. */
        LEDGER
    }
}
