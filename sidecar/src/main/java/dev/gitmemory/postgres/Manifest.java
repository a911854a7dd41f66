package dev.gitmemory.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The list of all that is git-memory's in a database, as this version installs it: that in the database may be another version's, or
 * another's.
 */
final class Manifest {

    private static final String SCRIPT = "/db/migration/R__00_manifest.sql";

    private Manifest() {}

    /** {@return the list as SQL: {@code VALUES} with the columns engine, kind, name, digest} */
    static String values() {
        try (InputStream script = Manifest.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IllegalStateException("The jar has no " + SCRIPT);
            }
            String sql = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            int start = sql.indexOf("VALUES\n");
            return sql.substring(start, sql.indexOf("$function$", start));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + SCRIPT, e);
        }
    }
}
