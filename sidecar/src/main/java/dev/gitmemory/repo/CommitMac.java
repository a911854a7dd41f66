package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import org.eclipse.jgit.lib.CommitBuilder;

/**
 * Tells the commits that processes of this installation made for a repository from all others, by a message
 * authentication code (RFC 2104) on the last line of the message:
 *
 * <pre>
 * Git-Memory-MAC: 64 hex digits
 * </pre>
 *
 * <p>It covers the repository's name and every byte of the commit before that line: tree, parents, author, committer, and
 * the message with the trailers that it says. So whoever has a commit in his clone can take its line to no other commit,
 * parent or repository; and without the key nobody can make one. Thread-safe.
 */
final class CommitMac {

    private static final String TRAILER = "Git-Memory-MAC: ";
    private static final byte[] START = ("\n" + TRAILER).getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 64;
    private static final int LINE = START.length - 1 + DIGITS + 1; // without the line end before, with its own

    private final CommitKey key;
    private final byte[] repository;

    CommitMac(CommitKey key, RepoId id) {
        this.key = key;
        // Prefixes of different repositories differ, and none has a line end.
        this.repository = ("git-memory commit 1\n" + id.prefix() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Ends the message of a commit, which is complete but for that and ends in a line end, with the code. */
    void addTo(CommitBuilder commit) throws IOException {
        byte[] rest = commit.build();
        commit.setMessage(commit.getMessage() + TRAILER + HexFormat.of().formatHex(code(rest, rest.length)) + "\n");
    }

    /** Whether a process of this installation made the commit for this repository. */
    boolean proves(byte[] commit) {
        int line = commit.length - LINE;
        if (line < 1 || !Arrays.equals(commit, line - 1, line - 1 + START.length, START, 0, START.length)) {
            return false;
        }
        String expected = HexFormat.of().formatHex(code(commit, line)) + "\n";
        byte[] found = Arrays.copyOfRange(commit, commit.length - DIGITS - 1, commit.length);
        return MessageDigest.isEqual(found, expected.getBytes(StandardCharsets.US_ASCII)); // takes the same time always
    }

    private byte[] code(byte[] commit, int length) {
        try {
            Mac mac = Mac.getInstance(CommitKey.ALGORITHM);
            mac.init(key.secret());
            mac.update(repository);
            mac.update(commit, 0, length);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + CommitKey.ALGORITHM, e);
        }
    }
}
