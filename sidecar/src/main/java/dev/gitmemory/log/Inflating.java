package dev.gitmemory.log;

import java.security.MessageDigest;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates what has a known length. */
final class Inflating {

    private Inflating() {}

    /**
     * Inflates exactly {@code size} bytes into a digest, piece by piece.
     *
     * @return how many bytes of {@code from} it took
     */
    static int digest(Inflater inflater, byte[] from, int begin, int end, long size, MessageDigest to, byte[] piece)
            throws DataFormatException {
        inflater.setInput(from, begin, end - begin);
        long length = 0;
        while (!inflater.finished()) {
            int n = inflater.inflate(piece);
            length += n;
            if (length > size) {
                throw new DataFormatException("it is longer than its header says");
            }
            if (n == 0 && !inflater.finished()) {
                throw new DataFormatException("it is cut short");
            }
            to.update(piece, 0, n);
        }
        if (length != size) {
            throw new DataFormatException("it is shorter than its header says");
        }
        return Math.toIntExact(inflater.getBytesRead());
    }

    /**
     * Inflates exactly {@code data.length} bytes.
     *
     * @return how many bytes of {@code from} it took
     */
    static int exactly(Inflater inflater, byte[] from, int begin, int end, byte[] data) throws DataFormatException {
        inflater.setInput(from, begin, end - begin);
        int length = 0;
        // One byte more than expected tells too long a stream, and brings the end of an empty one.
        byte[] beyond = new byte[1];
        while (!inflater.finished()) {
            int n = length < data.length
                    ? inflater.inflate(data, length, data.length - length)
                    : inflater.inflate(beyond);
            if (n > 0 && length == data.length) {
                throw new DataFormatException("it is longer than its header says");
            }
            length += n;
            if (n == 0 && !inflater.finished()) {
                throw new DataFormatException("it is cut short");
            }
        }
        if (length != data.length) {
            throw new DataFormatException("it is shorter than its header says");
        }
        return Math.toIntExact(inflater.getBytesRead());
    }
}
