package dev.gitmemory.store.gcs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Bytes on the heap, up to a number of them: what comes beyond ends the download. */
final class BoundedBuffer extends ByteArrayOutputStream {

    private final long most;
    private long offered;

    BoundedBuffer(long most) {
        super(1 << 13);
        this.most = most;
    }

    /** How many bytes have come, those that were refused included. */
    long offered() {
        return offered;
    }

    @Override
    public synchronized void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        offered += length;
        if (offered > most) {
            throw new IllegalStateException("more than " + most + " bytes");
        }
        super.write(bytes, offset, length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }
}
