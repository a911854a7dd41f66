package dev.gitmemory.log;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An entry as it was read, decoded where it was read, which is many at a time. */
final class Fetched {

    private final byte[] bytes;
    private final @Nullable Bundle bundle;
    private final @Nullable CorruptLogException reason;

    private Fetched(byte[] bytes, @Nullable Bundle bundle, @Nullable CorruptLogException reason) {
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

    Bundle bundle() throws CorruptLogException {
        if (reason != null) {
            throw reason;
        }
        return Objects.requireNonNull(bundle);
    }
}
