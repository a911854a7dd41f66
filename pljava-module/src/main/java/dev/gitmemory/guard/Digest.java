package dev.gitmemory.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a block's mirrored columns, equal to the SQL function {@code git_memory.digest_of}.
 *
 * <p>SHA-256, in lower-case hex, over {@code gm1;} and the fields in order: a text is its length in UTF-8 bytes,
 * {@code :}, itself and {@code ,}; null is {@code ~}. Lengths make it unambiguous, and {@code gm1} is the version.
 */
public final class Digest {
    private Digest() {}

    /**
     * Digests one block.
     *
     * @param limit in characters
     * @param metadata the text of PostgreSQL's jsonb, which is canonical; null when there is none
     */
    public static String of(
            @Nullable String value,
            @Nullable String description,
            @Nullable Long limit,
            @Nullable Boolean readOnly,
            @Nullable String metadata) {
        MessageDigest sha256 = sha256();
        sha256.update("gm1;".getBytes(StandardCharsets.US_ASCII));
        update(sha256, value);
        update(sha256, description);
        update(sha256, limit == null ? null : limit.toString());
        update(sha256, readOnly == null ? null : readOnly ? "t" : "f");
        update(sha256, metadata);
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static void update(MessageDigest sha256, @Nullable String field) {
        if (field == null) {
            sha256.update((byte) '~');
            return;
        }
        byte[] text = field.getBytes(StandardCharsets.UTF_8);
        sha256.update((text.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha256.update(text);
        sha256.update((byte) ',');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
