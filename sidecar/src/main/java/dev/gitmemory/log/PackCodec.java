package dev.gitmemory.log;

import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.InflaterCache;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.NB;

/**
 * Packs of whole objects, in the format of git's {@code gitformat-pack(5)}, version 2: no deltas, the object count in
 * the header is the true one.
 */
final class PackCodec {

    static final int HEADER = 12;
    static final int TRAILER = Constants.OBJECT_ID_LENGTH;
    private static final int VERSION = 2;
    private static final int LONGEST_OBJECT_HEADER = 5; // of a size below 2 GiB

    /** Where an object begins. */
    record Place(NewObject object, int offset) {}

    private PackCodec() {}

    /**
     * Appends a pack of {@code objects} to {@code spool}. The same objects in the same order give the same bytes.
     *
     * @return the places of the objects in {@code spool}
     */
    static List<Place> encode(List<NewObject> objects, Spool spool) throws IOException {
        MessageDigest sha1 = Constants.newMessageDigest();
        DigestOutputStream out = new DigestOutputStream(spool, sha1);
        out.write(header(objects.size()));
        List<Place> places = new ArrayList<>(objects.size());
        Deflater deflater = new Deflater();
        try {
            byte[] buffer = new byte[8192];
            for (NewObject object : objects) {
                places.add(new Place(object, Math.toIntExact(spool.size())));
                out.write(objectHeader(object.type(), object.size()));
                deflater.reset();
                deflater.setInput(object.data());
                deflater.finish();
                while (!deflater.finished()) {
                    out.write(buffer, 0, deflater.deflate(buffer));
                }
            }
        } finally {
            deflater.end();
        }
        spool.write(sha1.digest());
        return places;
    }

    /** Three bits of type and a size of any length, four bits in the first byte and then seven in each. */
    private static byte[] objectHeader(int type, int size) {
        byte[] header = new byte[LONGEST_OBJECT_HEADER];
        int length = 0;
        int rest = size >>> 4;
        int b = (type << 4) | (size & 15);
        while (rest != 0) {
            header[length++] = (byte) (b | 0x80);
            b = rest & 0x7f;
            rest >>>= 7;
        }
        header[length++] = (byte) b;
        return Arrays.copyOf(header, length);
    }

    /**
     * The objects of the pack that is in {@code bytes} from {@code begin} to the end, each inflated once to learn its
     * id.
     *
     * @throws MalformedBundleException if the checksum is wrong or anything is not as it should be
     */
    static List<LoggedObject> decode(byte[] bytes, int begin) throws MalformedBundleException {
        long count = check(bytes, begin);
        return new Decoder(bytes, begin + HEADER, bytes.length - TRAILER).objects(count);
    }

    /**
     * Checks header and checksum of the pack that is in {@code bytes} from {@code begin} to the end.
     *
     * @return how many objects it announces
     */
    static long check(byte[] bytes, int begin) throws MalformedBundleException {
        int end = bytes.length - TRAILER;
        if (end - begin < HEADER) {
            throw new MalformedBundleException("its pack is cut short");
        }
        MessageDigest sha1 = Constants.newMessageDigest();
        sha1.update(bytes, begin, end - begin);
        if (!Arrays.equals(sha1.digest(), 0, TRAILER, bytes, end, bytes.length)) {
            throw new MalformedBundleException("the checksum of its pack is wrong");
        }
        if (!Arrays.equals(Constants.PACK_SIGNATURE, 0, 4, bytes, begin, begin + 4)
                || NB.decodeInt32(bytes, begin + 4) != VERSION) {
            throw new MalformedBundleException("it holds no pack of version " + VERSION);
        }
        long count = NB.decodeUInt32(bytes, begin + 8);
        PackLimits.checkCount(count, end - begin - HEADER);
        return count;
    }

    /** What a pack begins with. */
    static byte[] header(long objects) {
        byte[] header = Arrays.copyOf(Constants.PACK_SIGNATURE, HEADER);
        NB.encodeInt32(header, 4, VERSION);
        NB.encodeInt32(header, 8, (int) objects);
        return header;
    }

    private static final class Decoder {

        private final byte[] bytes;
        private final ObjectSource source;
        private final int end;
        private final byte[] piece = new byte[8192];
        private long inflated;
        private int at;

        Decoder(byte[] bytes, int begin, int end) {
            this.bytes = bytes;
            this.source = new HeapPack(bytes);
            this.at = begin;
            this.end = end;
        }

        List<LoggedObject> objects(long count) throws MalformedBundleException {
            List<LoggedObject> objects = new ArrayList<>();
            Inflater inflater = InflaterCache.get();
            try {
                for (long i = 0; i < count; i++) {
                    objects.add(object(inflater));
                    inflater.reset();
                }
            } catch (DataFormatException e) {
                throw new MalformedBundleException(
                        "object " + objects.size() + " of its pack is damaged: " + e.getMessage(), e);
            } finally {
                InflaterCache.release(inflater);
            }
            if (at != end) {
                throw new MalformedBundleException("its pack holds more than the " + count + " objects it announces");
            }
            return objects;
        }

        private LoggedObject object(Inflater inflater) throws MalformedBundleException, DataFormatException {
            int begin = at;
            PackedHeader header = PackedHeader.read(bytes, begin, end);
            if (header.distance() > 0) {
                throw new MalformedBundleException("its pack holds a delta; an entry holds whole objects only");
            }
            PackLimits.checkSize(header.type(), header.size(), end - header.dataAt());
            inflated += header.size();
            PackLimits.checkTotal(inflated);
            MessageDigest id = Constants.newMessageDigest();
            id.update(Constants.encodeASCII(Constants.typeString(header.type()) + " " + header.size()));
            id.update((byte) 0);
            at = header.dataAt() + Inflating.digest(inflater, bytes, header.dataAt(), end, header.size(), id, piece);
            return new LoggedObject(ObjectId.fromRaw(id.digest()), header.type(), header.size(), source, begin);
        }
    }
}
