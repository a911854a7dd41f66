package dev.gitmemory.postgres;

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

    /** For people to read. */
    @Override
    public String toString() {
        return object + ": " + state;
    }
}
