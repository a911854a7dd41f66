package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a refused write has to look like: SQLSTATE, DETAIL and HINT to the letter, a short CONTEXT, and a database as it was
 * before.
 *
 * @param state SQLSTATE
 * @param detail the whole DETAIL
 */
record Refusal(String state, String detail) {
    /** A line of CONTEXT that is the guard's, in a session that quotes all names, too. */
    private static final Pattern OURS = Pattern.compile("\"?git_memory\"?\\.");

    private static final String WRITE =
            "Write memory through git-memory (HTTP API or CALL git_memory.write_block): it commits to git first"
                    + " and then updates this row.";
    private static final Map<String, String> HINTS = Map.of(
            "MG001",
            WRITE,
            "MG002",
            WRITE,
            "MG003",
            WRITE,
            "MG004",
            "Delete the memory through git-memory (HTTP API or CALL git_memory.delete_block), or disable the agent first by deleting"
                    + " its tag \"git-memory-enabled\".",
            "MG005",
            "A running sidecar takes the agent over: start \"git-memory serve\" or run \"git-memory enable\","
                    + " and see the view git_memory.status; or delete the tag \"git-memory-enabled\".",
            "MG007",
            "Leave git_sha out: git-memory writes it when a git-enabled agent gets the block.");

    static Refusal of(String state, String agent, String label, String expected, String found) {
        return new Refusal(
                state,
                "Agent \"" + agent + "\", label \"" + label + "\": expected " + expected + ", found " + found + ".");
    }

    /** The row carries a commit, and no enabled agent has it. */
    static Refusal straySha(String block, String label, String found) {
        return new Refusal(
                "MG007",
                "Block \"" + block + "\", label \"" + label + "\": expected no git_sha, found git_sha " + found + ".");
    }

    /** The row has no commit. */
    static Refusal noSha(Memory memory) {
        return of("MG001", memory.agent(), memory.label(), "git_sha " + memory.sha(), "none");
    }

    /** The row has another commit than git's. */
    static Refusal wrongSha(Memory memory, String found) {
        return of("MG002", memory.agent(), memory.label(), "git_sha " + memory.sha(), "git_sha " + found);
    }

    /** The row has git's commit and other content. */
    static Refusal otherContent(Memory memory) {
        return of("MG003", memory.agent(), memory.label(), "the content of commit " + memory.sha(), "other content");
    }

    /** The row stands for a label that git does not have. */
    static Refusal unknownLabel(Memory memory, String label) {
        return of("MG002", memory.agent(), label, "no row, for git has no such label", "git_sha " + memory.sha());
    }

    /** Git has it, and no row has. */
    static Refusal removed(Memory memory) {
        return of("MG004", memory.agent(), memory.label(), "a row for commit " + memory.sha(), "none");
    }

    /** The agent has the tag, and no sidecar has taken it over. */
    static Refusal notTakenOver(Memory memory) {
        return of("MG005", memory.agent(), memory.label(), "an agent that git-memory has taken over", "only its tag");
    }

    /** Asserts that PostgreSQL refuses like this, and that the database is the same before and after. */
    void ends(GuardedDatabase db, ThrowingCallable write) throws SQLException {
        Map<String, String> before = contents(db);
        try {
            endsWithin(write);
        } finally {
            db.app();
        }
        assertThat(contents(db)).as("nothing changed").isEqualTo(before);
    }

    /** Asserts that PostgreSQL refuses like this, within a transaction that goes on. */
    void endsWithin(ThrowingCallable write) {
        Throwable thrown = catchThrowable(write);
        assertThat(thrown).as("the write is refused").isInstanceOf(PSQLException.class);
        ServerErrorMessage error = ((PSQLException) thrown).getServerErrorMessage();
        assertThat(error).isNotNull();
        assertThat(error.getSQLState() + ": " + error.getDetail()).isEqualTo(state + ": " + detail);
        assertThat(error.getHint()).isEqualTo(HINTS.get(state));
        assertThat(String.valueOf(error.getWhere()).lines().filter(line -> OURS.matcher(line)
                        .find()))
                .as("the CONTEXT: the trigger, and what it asked; nothing of the guard's inside")
                .hasSizeBetween(1, 2)
                .allMatch(line -> line.startsWith("PL/pgSQL function "));
    }

    /** A digest of each table of the application and of the ledger. */
    private static Map<String, String> contents(GuardedDatabase db) throws SQLException {
        Map<String, String> contents = new TreeMap<>();
        for (String table : strings(
                db.admin(),
                "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relpersistence = 'p'"
                        + " AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'sqlj')"
                        + " AND relname <> 'agent_fence'")) {
            contents.put(
                    table,
                    string(
                            db.admin(),
                            "SELECT md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM " + table
                                    + " AS t"));
        }
        return contents;
    }
}
