package dev.gitmemory.postgres;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Words for what a database refused. */
final class Failures {
    private Failures() {}

    /** {@return the server's message with its detail and hint if a server spoke, else the message of the exception} */
    static String explain(Throwable failure) {
        PSQLException cause = cause(failure);
        if (cause == null) {
            return String.valueOf(failure.getMessage());
        }
        ServerErrorMessage server = cause.getServerErrorMessage();
        if (server == null) {
            return String.valueOf(cause.getMessage());
        }
        return Stream.of(server.getMessage() + ".", server.getDetail(), server.getHint())
                .filter(part -> part != null)
                .collect(Collectors.joining(" "));
    }

    private static @Nullable PSQLException cause(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof PSQLException psql) {
                return psql;
            }
        }
        return null;
    }
}
