package dev.gitmemory.cli;

import java.io.PrintStream;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
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
        boolean hint = !verbose && !isForPeople(failure);
        err.println(command + ": " + explain(command, failure) + (hint ? " (--verbose shows the stack trace.)" : ""));
        if (verbose) {
            failure.printStackTrace(err);
        }
    }

    /** One paragraph about a failure. */
    static String explain(Throwable failure) {
        return explain("", failure);
    }

    private static String explain(String command, Throwable failure) {
        String what = sentence(what(failure));
        SQLException sql = find(failure, SQLException.class);
        String hint = sql == null ? "" : hint(command, sql);
        return what.contains(hint.strip()) ? what : what + hint;
    }

    private static String what(Throwable failure) {
        if (isForPeople(failure)) {
            return String.valueOf(failure.getMessage());
        }
        SQLException sql = find(failure, SQLException.class);
        if (sql != null) {
            return "PostgreSQL or its driver says: " + sql.getMessage();
        }
        FileSystemException file = find(failure, FileSystemException.class);
        if (file instanceof NoSuchFileException) {
            return "there is no file or folder " + file.getFile();
        }
        if (file instanceof AccessDeniedException) {
            return "this account may not read or write " + file.getFile();
        }
        // Somebody else's message means little without its type.
        return String.valueOf(file == null ? failure : file);
    }

    /** Our own exceptions are, causes included: a stack trace tells whoever has mistyped something nothing more. */
    private static boolean isForPeople(Throwable failure) {
        return failure.getClass().getPackageName().startsWith("dev.gitmemory") && failure.getMessage() != null;
    }

    private static String hint(String command, SQLException sql) {
        UnknownHostException host = find(sql, UnknownHostException.class);
        if (host != null) {
            return " The host name " + host.getMessage() + " is not known here: check --db-url.";
        }
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        if (state.equals("08004")) { // the server answered, and turned it away
            return " Check --db-user, and the password: GIT_MEMORY_DB_PASSWORD, or the file that PGPASSFILE names"
                    + " (~/.pgpass).";
        }
        if (state.startsWith("08")) {
            return " Check that PostgreSQL runs there, and --db-url.";
        }
        if (state.startsWith("28")) {
            return " Check --db-user and --db-password, and the server's pg_hba.conf.";
        }
        return switch (state) {
            case "3D000" -> " Check the name at the end of --db-url, or create the database.";
            case "25006" ->
                " It is a standby, or takes no writes: name the primary in --db-url (of several hosts,"
                        + " targetServerType=primary chooses it).";
            case "42501" ->
                " The role given by --db-user lacks this right. It has to be "
                        + (command.endsWith(" migrate") || command.endsWith(" uninstall")
                                ? "the owner of the application's tables."
                                : "a member of git_memory_sidecar.");
            case "" -> "";
            default -> " [SQLSTATE " + state + "]";
        };
    }

    /** Returns the text as one paragraph that ends with a full stop. */
    private static String sentence(String text) {
        String paragraph = text.strip().replaceAll("\\s*\\R\\s*", " ");
        return paragraph.matches(".*[.!?]") ? paragraph : paragraph + ".";
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
