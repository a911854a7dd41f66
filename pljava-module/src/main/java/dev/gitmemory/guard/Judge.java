package dev.gitmemory.guard;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Compares a row with what the ledger has for each of its git-enabled agents, and refuses the first difference. */
final class Judge {
    /**
     * A row longer than a MiB is digested by PostgreSQL: as a Java string it would take up the small heap that a backend
     * has. A column is brought into the heap only when it is asked for.
     */
    private static final String FACTS = "SELECT owner, label, taken_over, git_sha, expected_sha, file_sha, file_digest,"
            + " value, description, \"limit\", read_only, metadata,"
            + " CASE WHEN left(metadata, 1) = '!' THEN substr(metadata, 2) END AS no_metadata,"
            + " CASE WHEN coalesce(octet_length(value), 0) + coalesce(octet_length(description), 0)"
            + "           + coalesce(octet_length(metadata), 0) > 1048576"
            + "      THEN git_memory.digest_of(value, description, \"limit\", read_only, metadata) END AS long_digest"
            + " FROM git_memory.facts(?, ?)";

    private static final String STRAY =
            "SELECT s[1], s[2], s[3], s[4], s[5] FROM git_memory.stray_sha(?) s WHERE s IS NOT NULL";

    private Judge() {}

    /**
     * Judges one block's row.
     *
     * @param place what a refusal names
     * @param linkAgentId the agent of a link that came; null when the row itself was written
     * @param bringsSha whether the row was given another commit than it had: one that no enabled agent has must have none
     */
    static void judge(Place place, String blockId, @Nullable String linkAgentId, boolean bringsSha)
            throws SQLException {
        Connection session = DriverManager.getConnection("jdbc:default:connection");
        boolean isOwned = false;
        try (PreparedStatement query = session.prepareStatement(FACTS)) {
            query.setString(1, blockId);
            query.setString(2, linkAgentId);
            try (ResultSet facts = query.executeQuery()) {
                while (facts.next()) {
                    isOwned = true;
                    Refusal refusal = refusal(facts);
                    if (refusal != null) {
                        refusal.raise(place);
                        return;
                    }
                }
            }
        }
        if (bringsSha && !isOwned) {
            refuseStraySha(session, place, blockId);
        }
    }

    private static void refuseStraySha(Connection session, Place place, String blockId) throws SQLException {
        try (PreparedStatement query = session.prepareStatement(STRAY)) {
            query.setString(1, blockId);
            try (ResultSet stray = query.executeQuery()) {
                if (stray.next()) {
                    new Refusal(
                                    stray.getString(1),
                                    stray.getString(2),
                                    stray.getString(3),
                                    stray.getString(4),
                                    stray.getString(5))
                            .raise(place);
                }
            }
        }
    }

    private static @Nullable Refusal refusal(ResultSet facts) throws SQLException {
        String owner = facts.getString("owner");
        String label = facts.getString("label");
        String sha = facts.getString("git_sha");
        String expectedSha = facts.getString("expected_sha");
        String fileSha = facts.getString("file_sha");
        if (!facts.getBoolean("taken_over")) {
            return Refusal.notTakenOver(owner, label);
        }
        if (sha == null) {
            return new Refusal(
                    "MG001", owner, label, expectedSha == null ? "a git commit" : "git_sha " + expectedSha, "none");
        }
        if (fileSha == null) {
            return new Refusal("MG002", owner, label, "no row, for git has no such label", "git_sha " + sha);
        }
        if (!sha.equals(expectedSha)) {
            return new Refusal("MG002", owner, label, "git_sha " + expectedSha, "git_sha " + sha);
        }
        if (!digest(facts).equals(facts.getString("file_digest"))) {
            return new Refusal("MG003", owner, label, "the content of commit " + fileSha, found(facts));
        }
        return null;
    }

    private static String digest(ResultSet facts) throws SQLException {
        String ofLongRow = facts.getString("long_digest");
        if (ofLongRow != null) {
            return ofLongRow;
        }
        return Digest.of(
                facts.getString("value"),
                facts.getString("description"),
                facts.getObject("limit", Long.class),
                facts.getObject("read_only", Boolean.class),
                facts.getString("metadata"));
    }

    /** SQL marks metadata that git cannot have with '!' and the reason. */
    private static String found(ResultSet facts) throws SQLException {
        String reason = facts.getString("no_metadata");
        return reason == null ? "other content" : "metadata that git cannot have (" + reason + ")";
    }
}
