package dev.gitmemory.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;

/**
 * How an entry is tied to the one before it: the comment that stands behind its prerequisites, where git ignores it.
 *
 * <p>The digest of the entry before makes the log a chain: an entry that was replaced or damaged is noticed by the next
 * one. The digest of the entry's own header covers what the pack's checksum does not. The writer's mark, unique to each
 * entry written, keeps two writers who happen to write the very same commit apart: without it the one that lost the
 * race would read its own bytes back and take the other's entry for its own.
 *
 * <p>The first entry has no prerequisites and hence no link. A damaged name of a further ref in it is noticed when
 * there is a second entry.
 *
 * @param previous the number of the entry before
 * @param previousDigest SHA-256 of its bytes, hex
 * @param writer the mark
 */
record ChainLink(long previous, String previousDigest, String writer) {

    private static final Pattern FORM = Pattern.compile(
            "git-memory entry=([1-9][0-9]{0,18}) sha256=([0-9a-f]{64}) writer=([0-9a-f-]{36}) header=([0-9a-f]{64})");

    static ChainLink parse(BundleHeader header) throws MalformedBundleException {
        Matcher parts = FORM.matcher(header.comment());
        if (!parts.matches()) {
            throw new MalformedBundleException("it does not say which entry it follows");
        }
        ChainLink link = new ChainLink(Long.parseLong(parts.group(1)), parts.group(2), parts.group(3));
        if (!link.comment(header.prerequisites(), header.refs()).equals(header.comment())) {
            throw new MalformedBundleException("the checksum of its header is wrong");
        }
        return link;
    }

    /** The comment of an entry with these prerequisites and refs. */
    String comment(SortedSet<ObjectId> prerequisites, SortedMap<String, ObjectId> refs) {
        String comment = "git-memory entry=" + previous + " sha256=" + previousDigest + " writer=" + writer;
        StringBuilder covered = new StringBuilder(comment).append('\n');
        prerequisites.forEach(id -> covered.append(id.name()).append('\n'));
        refs.forEach(
                (name, id) -> covered.append(id.name()).append(' ').append(name).append('\n'));
        return comment + " header=" + sha256(covered.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
