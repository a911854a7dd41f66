package dev.gitmemory.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.Deflater;

/** A bundle byte by byte, so that it may say what no git would write; its checksum is right. */
public final class RawBundle {

    public static final int TREE = 2;
    public static final int BLOB = 3;
    private static final int OFS_DELTA = 6;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int packBegin;
    private int objects;

    /**
     * Begins one.
     *
     * @param lines of the header, after the signature
     */
    public RawBundle(String... lines) {
        out.writeBytes("# v2 git bundle\n".getBytes(StandardCharsets.UTF_8));
        for (String line : lines) {
            out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        out.write('\n');
        packBegin = out.size();
        out.writeBytes(new byte[] {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 0});
    }

    /** Where the next object begins in the bundle. */
    public int position() {
        return out.size();
    }

    /** An object that claims {@code size} bytes and holds {@code content}. */
    public RawBundle object(int type, long size, byte[] content) {
        begin(type, size);
        deflate(content, content.length);
        return this;
    }

    /** An object of {@code size} zeros. */
    public RawBundle zeros(int type, long size) {
        begin(type, size);
        deflate(new byte[1 << 16], size);
        return this;
    }

    /** A delta whose base begins {@code distance} bytes before it. */
    public RawBundle delta(int distance, byte[] delta) {
        begin(OFS_DELTA, delta.length);
        byte[] digits = new byte[10];
        int at = digits.length;
        int rest = distance;
        digits[--at] = (byte) (rest & 0x7f);
        while ((rest >>>= 7) != 0) {
            digits[--at] = (byte) (0x80 | (--rest & 0x7f));
        }
        out.write(digits, at, digits.length - at);
        deflate(delta, delta.length);
        return this;
    }

    private void begin(int type, long size) {
        objects++;
        long rest = size >>> 4;
        int b = (type << 4) | (int) (size & 15);
        for (; rest != 0; rest >>>= 7) {
            out.write(b | 0x80);
            b = (int) (rest & 0x7f);
        }
        out.write(b);
    }

    private void deflate(byte[] pattern, long size) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        byte[] buffer = new byte[1 << 16];
        for (long left = size; left > 0; left -= pattern.length) {
            deflater.setInput(pattern, 0, (int) Math.min(left, pattern.length));
            for (int n; (n = deflater.deflate(buffer)) > 0; ) {
                out.write(buffer, 0, n);
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
    }

    /** All of it. */
    public byte[] bytes() throws NoSuchAlgorithmException {
        return bytes(objects);
    }

    /** All of it, with another number of objects in the pack's header. */
    public byte[] bytes(int announced) throws NoSuchAlgorithmException {
        byte[] bytes = out.toByteArray();
        ByteBuffer.wrap(bytes).putInt(packBegin + 8, announced);
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(bytes, packBegin, bytes.length - packBegin);
        return ByteBuffer.allocate(bytes.length + 20)
                .put(bytes)
                .put(sha1.digest())
                .array();
    }
}
