package dev.gitmemory.log;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.internal.storage.pack.BinaryDelta;

/**
 * Checks the deltas of a pack before they are resolved: how long chains are, and what each result claims to have. All
 * objects of a chain are on the heap at the same time. Not thread-safe.
 */
final class DeltaLimits {

    /** What a delta begins with: the sizes of its base and of its result. */
    private static final int HEADER = 20;

    private final byte[] bytes;
    private final int begin;
    private final Map<Long, Integer> depths = new HashMap<>();

    /** Of the pack that is in {@code bytes} from {@code begin} on. */
    DeltaLimits(byte[] bytes, int begin) {
        this.bytes = bytes;
        this.begin = begin;
    }

    /** @throws MalformedBundleException if the delta at {@code position} is none that git-memory writes */
    void check(long position, long base) throws MalformedBundleException {
        if (base < PackCodec.HEADER || base >= position) {
            throw new MalformedBundleException("a delta of its pack has no base");
        }
        int depth = depths.getOrDefault(base, 0) + 1;
        if (depth > PackLimits.DEEPEST_DELTA) {
            throw new MalformedBundleException(
                    "its pack has a chain of more than " + PackLimits.DEEPEST_DELTA + " deltas");
        }
        depths.put(position, depth);
        PackedHeader ground = header(base);
        if (ground.distance() == 0) {
            checkSize(ground.size());
        }
        checkSize(resultSize(header(position)));
    }

    private PackedHeader header(long position) throws MalformedBundleException {
        return PackedHeader.read(bytes, begin + Math.toIntExact(position), bytes.length - PackCodec.TRAILER);
    }

    private static void checkSize(long size) throws MalformedBundleException {
        if (size > CheckpointCodec.NO_DELTA_FROM) {
            throw new MalformedBundleException("its pack has a delta for %d bytes, and there are none for more than %d"
                    .formatted(size, CheckpointCodec.NO_DELTA_FROM));
        }
    }

    private long resultSize(PackedHeader delta) throws MalformedBundleException {
        Inflater inflater = new Inflater();
        try {
            byte[] first = new byte[HEADER];
            inflater.setInput(bytes, delta.dataAt(), bytes.length - delta.dataAt());
            int length = 0;
            for (int n; length < HEADER && (n = inflater.inflate(first, length, HEADER - length)) > 0; ) {
                length += n;
            }
            return BinaryDelta.getResultSize(Arrays.copyOf(first, length));
        } catch (DataFormatException | RuntimeException e) {
            throw new MalformedBundleException("a delta of its pack is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
