package dev.gitmemory.log;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An entry as it was read, decoded where it was read, which is many at a time. */
final class Fetched {

    private final byte[] bytes;
    private final @Nullable Bundle bundle;
    private final @Nullable IOException reason;

    private Fetched(byte[] bytes, @Nullable Bundle bundle, @Nullable IOException reason) {
        this.bytes = bytes;
        this.bundle = bundle;
        this.reason = reason;
    }

    /** How bytes are understood. */
    private interface Decoder {
        Bundle decode(byte[] bytes) throws MalformedBundleException;
    }

    /** Decodes an entry. */
    static Fetched entry(RepoLog log, long number, byte[] bytes) {
        return decode(log, log.key(number), bytes, BundleCodec::decode);
    }

    /** Decodes a checkpoint. */
    static Fetched checkpoint(RepoLog log, long number, byte[] bytes) {
        return decode(log, log.checkpointKey(number), bytes, CheckpointCodec::decode);
    }

    private static Fetched decode(RepoLog log, String key, byte[] bytes, Decoder decoder) {
        if (Tombstone.is(bytes)) {
            return new Fetched(bytes, null, new PurgedException(key));
        }
        try {
            return new Fetched(bytes, decoder.decode(bytes).placed(log.stored(key)), null);
        } catch (MalformedBundleException e) {
            return new Fetched(bytes, null, corrupt(key, e)); // whoever wants the bundle is told
        }
    }

    static CorruptLogException corrupt(String key, MalformedBundleException reason) {
        return new CorruptLogException(
                key, reason.getMessage() + "; put the object as it was back, from a backup of the store", reason);
    }

    byte[] bytes() {
        return bytes;
    }

    /**
     * What the bytes say.
     *
     * @throws CorruptLogException if they are damaged
     * @throws PurgedException if they are the tombstone of a repository
     */
    Bundle bundle() throws IOException {
        if (reason != null) {
            throw reason;
        }
        return Objects.requireNonNull(bundle);
    }
}
