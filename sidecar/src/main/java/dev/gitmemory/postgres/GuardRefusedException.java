package dev.gitmemory.postgres;

/** The guard refused a row: it is not what git says, or the agent has not been taken over yet. Nothing was written. */
public final class GuardRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String sqlState;

    GuardRefusedException(String sqlState, String message, Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState;
    }

    /** {@code MG001} to {@code MG005}. */
    public String sqlState() {
        return sqlState;
    }
}
