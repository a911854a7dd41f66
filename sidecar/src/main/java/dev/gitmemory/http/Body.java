package dev.gitmemory.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived of a request's body. Once it is refused, what else arrives is counted and dropped: a client that is
 * still sending reads no answer. Used by one thread at a time.
 */
final class Body {

    /** Pieces are gathered in buffers of this size, so that many small pieces cost no more than one large. */
    private static final int BUFFER = 8 * 1024;

    private final int largest;
    private final BodyBudget.Share share;
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private long arrived;
    private @Nullable RequestException refusal;

    Body(int largest, BodyBudget.Share share) {
        this.largest = largest;
        this.share = share;
    }

    /** Copies a piece; the buffer is read to its end. */
    void add(ByteBuffer piece) {
        arrived += piece.remaining();
        if (refusal == null && arrived > largest) {
            refuse(RequestException.tooLarge("%d bytes".formatted(largest)));
        }
        while (refusal == null && piece.hasRemaining()) {
            ByteBuffer last = buffers.isEmpty() ? null : buffers.get(buffers.size() - 1);
            if (last == null || !last.hasRemaining()) {
                last = ByteBuffer.allocate(size(piece.remaining()));
                if (!share.take(last.capacity())) {
                    refuse(RequestException.busy());
                    return;
                }
                buffers.add(last);
            }
            int length = Math.min(last.remaining(), piece.remaining());
            last.put(last.position(), piece, piece.position(), length);
            last.position(last.position() + length);
            piece.position(piece.position() + length);
        }
    }

    /** The first buffer is as small as a small body. */
    private int size(int piece) {
        return buffers.isEmpty() ? Math.min(Math.max(piece, 256), BUFFER) : BUFFER;
    }

    private void refuse(RequestException reason) {
        refusal = reason;
        release();
    }

    /** Why it was refused, or null. */
    @Nullable
    RequestException refusal() {
        return refusal;
    }

    /** Whether so much was sent in vain that its sender need not be listened to any longer. */
    boolean isHopeless() {
        return arrived > 4L * largest;
    }

    long arrived() {
        return arrived;
    }

    /** Everything, ready to be read. */
    ByteBuffer[] content() {
        return buffers.stream().map(buffer -> buffer.duplicate().flip()).toArray(ByteBuffer[]::new);
    }

    /** Forgets it, and lets others have the memory. */
    void release() {
        buffers.clear();
        share.release();
    }
}
