package dev.gitmemory.postgres;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns what the driver and the pool throw into the exceptions of this package. */
final class DatabaseErrors {

    /** operator_intervention: the server is shutting down, was crashed by another backend, or is starting up. */
    private static final Set<String> SERVER_GOING_OR_COMING = Set.of("57P01", "57P02", "57P03", "57P05");

    private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01"); // serialization_failure, deadlock_detected
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String MISSING_RIGHT = "42501";
    private static final String NOT_SUPPORTED = "0A000";

    /**
     * What a session says after the application has changed its tables: datatype_mismatch and feature_not_supported of its
     * plans, where a column has another type, undefined_column of a column that is gone.
     */
    private static final Set<String> OLDER_TABLE = Set.of("42804", NOT_SUPPORTED, "42703");

    /** raise_exception: how a trigger of the application says no. */
    private static final String RAISED = "P0001";

    /**
     * What else the application's tables say of a row: program_limit_exceeded, of an entry that an index can't hold, and
     * string_data_right_truncation, of a text that is too long for its column. Their messages tell no contents.
     */
    private static final Set<String> TOO_LONG = Set.of("54000", "22001");

    /** Within: while updating tuple (4,5) in relation "pg_proc", in whatever language. */
    private static final Pattern CATALOGUE = Pattern.compile("\\(\\d+,\\d+\\).*?(pg_[a-z_]+)");

    private static final String READ_ONLY_SERVER = "25006";

    /** Class 08. PostgreSQL's errors all have a state; only the pool speaks without one, of connections it has lost. */
    private static final String NO_CONNECTION = "08003";

    /**
     * undefined_column, undefined_table, undefined_object, undefined_function, datatype_mismatch, invalid_schema_name and
     * insufficient_privilege, of what git-memory needs.
     */
    private static final Set<String> UNFIT =
            Set.of("42703", "42P01", "42704", "42883", "42804", "3F000", MISSING_RIGHT);

    /** object_not_in_prerequisite_state: PL/Java says so where it can't start Java. */
    private static final String NOT_READY = "55000";

    /** Of SQL/JRT: a jar, a class or its path. */
    private static final String JAVA_CLASSES = "46";

    private DatabaseErrors() {}

    /** Whether the transaction lost against another and may be run once more. */
    static boolean isTransient(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql != null && sql.getSQLState() != null && TRY_AGAIN.contains(sql.getSQLState());
    }

    /** Whether the statement may have failed because tables are remembered as they were. */
    static boolean isOlderTable(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql != null && sql.getSQLState() != null && OLDER_TABLE.contains(sql.getSQLState());
    }

    /** Whether a lock could not be had within {@code lock_timeout}. */
    static boolean isLockTimeout(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql != null && LOCK_NOT_AVAILABLE.equals(sql.getSQLState());
    }

    /**
     * The system catalogue whose row another transaction has changed: the statement waited for it in vain, or came after it.
     * Null for any other failure.
     */
    static @Nullable String contendedCatalogue(Throwable failure) {
        SQLException sql = sqlException(failure);
        ServerErrorMessage server = sql == null ? null : serverMessage(sql);
        if (server == null) {
            return null;
        }
        if (isLockTimeout(failure) && server.getWhere() != null) {
            Matcher catalogue = CATALOGUE.matcher(server.getWhere());
            return catalogue.find() ? catalogue.group(1) : null;
        }
        return String.valueOf(server.getMessage()).matches("tuple concurrently (updated|deleted)") ? "pg_proc" : null;
    }

    /** Whether the role lacks a right. */
    static boolean isMissingRight(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql != null && MISSING_RIGHT.equals(sql.getSQLState());
    }

    /** Whether the server, as it is, can't do it. */
    static boolean isNotSupported(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql != null && NOT_SUPPORTED.equals(sql.getSQLState());
    }

    /** What the server said, without detail and hint. */
    static String messageOf(Throwable failure) {
        SQLException sql = sqlException(failure);
        return sql == null ? String.valueOf(failure.getMessage()) : messageOnly(sql);
    }

    static RuntimeException translate(RuntimeException failure) {
        SQLException sql = sqlException(failure);
        if (sql == null) {
            return failure;
        }
        if (sql.getCause() instanceof OutOfMemoryError) { // the driver says 53200, as PostgreSQL does of its own memory
            return new OutOfHeapException(failure);
        }
        String state = sql.getSQLState() == null ? NO_CONNECTION : sql.getSQLState();
        if (state.startsWith("MG")) {
            return new GuardRefusedException(state, serverText(sql), failure);
        }
        if (state.startsWith("23") || state.equals(RAISED) || TOO_LONG.contains(state)) {
            ServerErrorMessage server = serverMessage(sql);
            return new ConstraintException(
                    server == null ? null : server.getConstraint(),
                    state.equals(RAISED) ? serverText(sql) : messageOnly(sql),
                    failure);
        }
        if (state.equals(LOCK_NOT_AVAILABLE) || (TRY_AGAIN.contains(state) && !isRaised(sql))) {
            return new RowsLockedException(serverText(sql), failure);
        }
        if (state.startsWith("08")
                || state.startsWith("53")
                || state.equals(READ_ONLY_SERVER)
                || SERVER_GOING_OR_COMING.contains(state)
                || sql instanceof SQLTransientConnectionException) {
            return new DatabaseUnavailableException("PostgreSQL is not available: " + sql.getMessage(), failure);
        }
        if (isUnfit(state, messageOnly(sql)) && !isRaised(sql)) {
            return new UnfitDatabaseException(
                    "The database is not as git-memory needs it: %s [SQLSTATE %s]. \"git-memory migrate --check\" names what to mend"
                            .formatted(messageOnly(sql), state),
                    failure);
        }
        return new StatementFailedException(
                "PostgreSQL could not do it: %s [SQLSTATE %s]".formatted(messageOnly(sql), state), failure);
    }

    /** By a function in PL/pgSQL in words of its own, whatever state it has chosen for them. */
    private static boolean isRaised(SQLException sql) {
        ServerErrorMessage server = serverMessage(sql);
        return server != null && "exec_stmt_raise".equals(server.getRoutine());
    }

    /** Whether it is the database that is not as it has to be, and not what it was asked for. */
    static boolean isUnfit(String state, String message) {
        return UNFIT.contains(state)
                || state.startsWith(JAVA_CLASSES)
                || (state.equals(NOT_READY) && message.contains("PL/Java"));
    }

    private static @Nullable SQLException sqlException(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException sql) {
        return sql instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    }

    /** Without the DETAIL, in which PostgreSQL tells what rows hold: what agents remember. */
    private static String messageOnly(SQLException sql) {
        ServerErrorMessage server = serverMessage(sql);
        return server == null || server.getMessage() == null ? String.valueOf(sql.getMessage()) : server.getMessage();
    }

    /** With the DETAIL, where it is in the guard's words or in those of the application. */
    private static String serverText(SQLException sql) {
        ServerErrorMessage server = serverMessage(sql);
        return server == null || server.getDetail() == null
                ? messageOnly(sql)
                : messageOnly(sql) + ": " + server.getDetail();
    }
}
