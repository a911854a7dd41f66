package dev.gitmemory.repo;

import java.security.SecureRandom;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of an installation, by which its commits prove that a process of the installation made them: all processes
 * that share a database share it. Immutable, thread-safe, and never shown: it says nothing of itself.
 */
public final class CommitKey {

    /** How long a key is. */
    public static final int BYTES = 32;

    static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    /** @param secret {@link #BYTES} bytes, copied */
    public CommitKey(byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException(
                    "A key for commits has %d bytes, not %d".formatted(BYTES, secret.length));
        }
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /**
     * A key that nobody else has: for who has no installation, such as a benchmark, or a command that works on a store
     * alone. To it the commits of every installation are commits that somebody else made.
     */
    public static CommitKey random() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new CommitKey(secret);
    }

    SecretKeySpec secret() {
        return secret;
    }
}
