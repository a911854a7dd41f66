package dev.gitmemory.service;

/**
 * A place where PostgreSQL does not equal git.
 *
 * @param what for people to read
 * @param done what was done about it, or would be, for people to read; empty where it was only looked for
 */
public record Difference(String label, Kind kind, String what, String done) {

    @Override
    public String toString() {
        return (label.isEmpty() && kind == Kind.LEDGER ? "the agent" : "'" + label + "'") + ": " + what
                + (done.isEmpty() ? "" : "; " + done);
    }

    Difference done(String words) {
        return new Difference(label, kind, what, words);
    }

    /** Whether sync can do anything about it. */
    public boolean canBeMended() {
        return kind != Kind.LEFT_OUT;
    }

    /** What kind of difference. */
    public enum Kind {
        /** git has the label, no row is linked to the agent under it. */
        MISSING_ROW("make the row", "made the row"),
        /** A row is linked to the agent under a label that git does not have. */
        EXTRA_ROW("remove the row", "removed the row"),
        /** The row's content is not the file's. */
        CONTENT("put git's content back", "put git's content back"),
        /** The row's SHA is not the commit that last touched the label. */
        SHA("set its git_sha", "set its git_sha"),
        /** The ledger does not say what git says. */
        LEDGER("write the ledger", "wrote the ledger"),
        /** git can't have the block, which was left out when the agent was enabled. */
        LEFT_OUT("leave it as it is", "left it as it is");

        private final String remedy;
        private final String remedied;

        Kind(String remedy, String remedied) {
            this.remedy = remedy;
            this.remedied = remedied;
        }

        /** What sync does about it, as in "would make the row". */
        String remedy() {
            return remedy;
        }

        /** What sync has done about it. */
        String remedied() {
            return remedied;
        }
    }
}
