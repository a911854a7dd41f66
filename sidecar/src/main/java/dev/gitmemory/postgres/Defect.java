package dev.gitmemory.postgres;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as git-memory has installed it.
 *
 * @param object in the words of SQL: {@code TABLE git_memory.file}
 * @param state what is wrong with it
 * @param remedy SQL that mends it, for the object's owner or a superuser, or the command with other names of tables that does; null
 *     where there is neither, see {@link #mender}
 */
public record Defect(String object, String state, @Nullable String remedy) {

    /** By object; remedies that are run one after the other make references after the keys that they need. */
    static final String ORDER =
            "ORDER BY coalesce(remedy LIKE '%ADD CONSTRAINT % FOREIGN KEY %', false), object, state";

    /** Who mends it, and how. */
    public enum Mender {
        /** {@code git-memory migrate}, run by the owner of the application's tables. */
        MIGRATING,
        /** The same with other names of the application's tables: the remedy is the command. */
        MIGRATING_OTHER_TABLES,
        /** A superuser, or whom the object belongs to, by the SQL of the remedy. */
        SQL,
        /** The application's own migrations: a table or column of its own is missing, or of a type that git-memory can't use. */
        APPLICATION,
        /** A backup, or a fresh installation that has its definition. */
        BACKUP
    }

    /** SQL that migrating does by itself, whoever owns the application's tables. */
    private static final Pattern DONE_BY_MIGRATING = Pattern.compile(
            "GRANT |REVOKE |DELETE |ALTER TABLE .* ENABLE ALWAYS TRIGGER "
                    + "|ALTER TABLE git_memory\\..* DISABLE ROW LEVEL SECURITY",
            Pattern.DOTALL);

    private static final Pattern OF_PLJAVA_OR_OWNERS = Pattern.compile("\\bsqlj\\b|ALTER .* OWNER TO ", Pattern.DOTALL);

    private static final String COMMAND = "git-memory migrate ";

    /** What git-memory's scripts make anew though it is a table or a sequence. */
    private static final Set<String> MADE_ANEW =
            Set.of("TABLE git_memory.installation", "TABLE git_memory.agent_fence", "SEQUENCE git_memory.tags_seen");

    /** The same as {@code git_memory.remedy_without_sql} says, which not everybody may call who may look. */
    public Mender mender() {
        if (remedy != null) {
            return remedy.startsWith(COMMAND)
                    ? Mender.MIGRATING_OTHER_TABLES
                    : DONE_BY_MIGRATING.matcher(remedy).lookingAt()
                                    && !OF_PLJAVA_OR_OWNERS.matcher(remedy).find()
                            ? Mender.MIGRATING
                            : Mender.SQL;
        }
        if (object.matches("(TABLE|COLUMN|SEQUENCE) git_memory\\..*")) {
            return MADE_ANEW.contains(object) || object.endsWith(".flyway_schema_history")
                    ? Mender.MIGRATING
                    : Mender.BACKUP;
        }
        boolean isColumn = object.startsWith("COLUMN ") && !object.endsWith(".git_sha");
        boolean isTable = object.startsWith("TABLE ") && !state.startsWith("rows ");
        return isColumn || isTable ? Mender.APPLICATION : Mender.MIGRATING;
    }

    /** For people to read. */
    @Override
    public String toString() {
        return object + ": " + state;
    }
}
