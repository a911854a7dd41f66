package dev.gitmemory.postgres;

/**
 * A lock of a table that a migration needs.
 *
 * @param table its name with its schema, quoted where needed
 * @param mode how
 */
record TableLock(String table, Mode mode) {
    /** Modes, the stronger one last. */
    enum Mode {
        /** Waits for those who write, lets read. */
        SHARE_ROW_EXCLUSIVE("SHARE ROW EXCLUSIVE"),
        /** Waits for all, lets nothing else happen. */
        ACCESS_EXCLUSIVE("ACCESS EXCLUSIVE");

        private final String sql;

        Mode(String sql) {
            this.sql = sql;
        }

        String sql() {
            return sql;
        }
    }
}
