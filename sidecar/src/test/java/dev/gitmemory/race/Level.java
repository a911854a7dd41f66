package dev.gitmemory.race;

/** An isolation level of a transaction. */
public enum Level {
    READ_COMMITTED("READ COMMITTED"),
    REPEATABLE_READ("REPEATABLE READ"),
    SERIALIZABLE("SERIALIZABLE");

    private final String sql;

    Level(String sql) {
        this.sql = sql;
    }

    /** How SQL names it. */
    public String sql() {
        return sql;
    }

    /** Whether all statements of a transaction see what the first of them saw. */
    public boolean hasOneSnapshot() {
        return this != READ_COMMITTED;
    }
}
