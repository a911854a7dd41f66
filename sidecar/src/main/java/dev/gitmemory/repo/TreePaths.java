package dev.gitmemory.repo;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * The names in trees, which are bytes to git. JGit reads one that is no UTF-8 as Latin 1, and so gives it the name of
 * another file: a path that nothing is found at, or something else.
 */
final class TreePaths {

    private TreePaths() {}

    /** The path that the walk is at; null if it is no UTF-8. No block has such a path: it is the repository's alone. */
    static @Nullable String text(TreeWalk walk) {
        return text(walk.getRawPath());
    }

    static @Nullable String text(byte[] path) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(path))
                    .toString();
        } catch (CharacterCodingException e) {
            return null; // that is the answer
        }
    }

    /** The path that the walk is at, for people: quoted if it is no UTF-8. */
    static String shown(TreeWalk walk) {
        String text = text(walk);
        return text == null ? quoted(walk.getRawPath()) : text;
    }

    /** As git shows a path that is not ASCII: in quotes, other bytes as octal numbers. */
    static String quoted(byte[] path) {
        StringBuilder quoted = new StringBuilder("\"");
        for (byte b : path) {
            if (b == '"' || b == '\\') {
                quoted.append('\\').append((char) b);
            } else if (b >= ' ' && b < 0x7f) {
                quoted.append((char) b);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\%03o", b & 0xff));
            }
        }
        return quoted.append('"').toString();
    }
}
