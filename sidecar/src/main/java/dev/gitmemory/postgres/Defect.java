package dev.gitmemory.postgres;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as git-memory has installed it.
 *
 * @param object in the words of SQL: {@code TABLE git_memory.file}
 * @param state what is wrong with it
 * @param remedy SQL that mends it, for the object's owner or a superuser; null where only migrating does
 */
public record Defect(String object, String state, @Nullable String remedy) {

    /** By object; remedies that are run one after the other make references after the keys that they need. */
    static final String ORDER =
            "ORDER BY coalesce(remedy LIKE '%ADD CONSTRAINT % FOREIGN KEY %', false), object, state";

    /** What migrating leaves alone, or may not do without being a superuser. */
    private static final Pattern NOT_BY_MIGRATING = Pattern.compile(
            "DROP |ALTER ROLE |CREATE EXTENSION |ALTER .* OWNER TO |ALTER TABLE .* ENABLE TRIGGER |.*\\bsqlj\\b",
            Pattern.DOTALL);

    /** Whether {@code git-memory migrate} mends it, run by the owner of the application's tables. */
    public boolean isMendedByMigrating() {
        return remedy == null || !NOT_BY_MIGRATING.matcher(remedy).lookingAt();
    }

    /** For people to read. */
    @Override
    public String toString() {
        return object + ": " + state;
    }
}
