package dev.gitmemory.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The query that a migration script asks, for those who have to ask it where nothing is installed yet. */
final class ScriptQuery {
    private static final Pattern QUERY = Pattern.compile("\\$query\\$(.*?)\\$query\\$", Pattern.DOTALL);

    private ScriptQuery() {}

    /** Returns what stands between the first two {@code $query$} of a script. */
    static String of(String script) {
        try (InputStream stream = ScriptQuery.class.getResourceAsStream(script)) {
            if (stream == null) {
                throw new IllegalStateException("The migrations lack " + script);
            }
            Matcher query = QUERY.matcher(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            if (!query.find()) {
                throw new IllegalStateException(script + " has no query");
            }
            return query.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
