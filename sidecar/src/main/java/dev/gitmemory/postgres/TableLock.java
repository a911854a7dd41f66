package dev.gitmemory.postgres;

/**
 * A lock of a table or view that a migration needs.
 *
 * @param table its name with its schema, quoted where needed; empty where it is not known which it was
 * @param mode how
 * @param statement takes it
 */
record TableLock(String table, Mode mode, String statement) {

    /** Some lock or other that a script came to need. */
    static final TableLock UNKNOWN = new TableLock("", Mode.ACCESS_EXCLUSIVE, "");

    TableLock(String table, Mode mode) {
        this(table, mode, "LOCK TABLE " + table + " IN " + mode.sql() + " MODE");
    }

    /**
     * Of a view alone: LOCK TABLE would lock the tables that it reads as well.
     *
     * @param owner who owns it, quoted where needed
     */
    static TableLock ofView(String view, String owner) {
        return new TableLock(view, Mode.ACCESS_EXCLUSIVE, "ALTER VIEW " + view + " OWNER TO " + owner);
    }

    /**
     * Rows of a system catalogue that another transaction has changed and not committed.
     *
     * @param name without schema
     */
    static TableLock ofCatalogue(String name) {
        return new TableLock("pg_catalog." + name, Mode.ROW_EXCLUSIVE, "");
    }

    boolean isCatalogue() {
        return table.startsWith("pg_catalog.");
    }

    /** Modes, the stronger one last. */
    enum Mode {
        /** Waits for those who define something. */
        ROW_EXCLUSIVE("ROW EXCLUSIVE"),
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
