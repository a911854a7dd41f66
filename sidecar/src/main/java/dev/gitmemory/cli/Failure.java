package dev.gitmemory.cli;

import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells people why a command failed: what, where, and what to do. */
final class Failure {

    private Failure() {}

    /**
     * Writes one paragraph about a failure, and the stack trace below it when details were asked for.
     *
     * @param command the whole name of the command, {@code git-memory migrate}
     */
    static void print(String command, Throwable failure, boolean verbose, PrintStream err) {
        err.println(command + ": " + explain(failure) + (verbose ? "" : " (--verbose shows the stack trace.)"));
        if (verbose) {
            failure.printStackTrace(err);
        }
    }

    private static String explain(Throwable failure) {
        SQLException sql = find(failure, SQLException.class);
        if (sql != null) {
            return explainSql(sql);
        }
        FileSystemException file = find(failure, FileSystemException.class);
        if (file != null && !isOurs(failure)) {
            return explainFile(file);
        }
        Set<String> texts = new LinkedHashSet<>();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            texts.add(isOurs(t) && t.getMessage() != null ? t.getMessage() : t.toString());
        }
        return String.join("; caused by ", texts);
    }

    /** Our own exceptions are written for people; a library's message means little without its type. */
    private static boolean isOurs(Throwable t) {
        return t.getClass().getPackageName().startsWith("dev.gitmemory");
    }

    private static String explainSql(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String hint;
        if (state.startsWith("08")) {
            hint = " Check that PostgreSQL runs there, and --db-url.";
        } else if (state.startsWith("28")) {
            hint = " Check --db-user and --db-password, and the server's pg_hba.conf.";
        } else if (state.equals("3D000")) {
            hint = " Check the name at the end of --db-url, or create the database.";
        } else if (state.equals("42501")) {
            hint = " The role given by --db-user lacks this right.";
        } else {
            hint = "";
        }
        return "PostgreSQL says: " + e.getMessage() + (state.isEmpty() ? "" : " [SQLSTATE " + state + "]") + "." + hint;
    }

    private static String explainFile(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no file or folder " + e.getFile();
        }
        if (e instanceof AccessDeniedException) {
            return "this account may not read or write " + e.getFile();
        }
        return e.getFile() + ": " + e.getReason();
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
