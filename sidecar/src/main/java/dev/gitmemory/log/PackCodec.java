package dev.gitmemory.log;

import java.io.ByteArrayOutputStream;
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
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.util.NB;

/**
 * Packs of whole objects, in the format of git's {@code gitformat-pack(5)}, version 2: no deltas, the object count in
 * the header is the true one.
 */
final class PackCodec {

    private static final int HEADER = 12;
    private static final int TRAILER = Constants.OBJECT_ID_LENGTH;
    private static final int VERSION = 2;

    /** Where the deflated content of an object begins. */
    record Place(NewObject object, int offset) {}

    private PackCodec() {}

    /**
     * Appends a pack of {@code objects} to {@code out}. The same objects in the same order give the same bytes.
     *
     * @return the places of the objects in {@code out}
     */
    static List<Place> encode(List<NewObject> objects, ByteArrayOutputStream out) {
        int begin = out.size();
        byte[] header = Arrays.copyOf(Constants.PACK_SIGNATURE, HEADER);
        NB.encodeInt32(header, 4, VERSION);
        NB.encodeInt32(header, 8, objects.size());
        out.writeBytes(header);
        List<Place> places = new ArrayList<>(objects.size());
        Deflater deflater = new Deflater();
        try {
            byte[] buffer = new byte[8192];
            for (NewObject object : objects) {
                writeObjectHeader(object.type(), object.data().length, out);
                places.add(new Place(object, out.size()));
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
        MessageDigest sha1 = Constants.newMessageDigest();
        byte[] written = out.toByteArray();
        sha1.update(written, begin, written.length - begin);
        out.writeBytes(sha1.digest());
        return places;
    }

    /** Three bits of type and a size of any length, four bits in the first byte and then seven in each. */
    private static void writeObjectHeader(int type, int size, ByteArrayOutputStream out) {
        int rest = size >>> 4;
        int b = (type << 4) | (size & 15);
        while (rest != 0) {
            out.write(b | 0x80);
            b = rest & 0x7f;
            rest >>>= 7;
        }
        out.write(b);
    }

    /**
     * The objects of the pack that is in {@code bytes} from {@code begin} to the end, each inflated once to learn its
     * id.
     *
     * @throws MalformedBundleException if the checksum is wrong or anything is not as it should be
     */
    static List<LoggedObject> decode(byte[] bytes, int begin) throws MalformedBundleException {
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
        return new Decoder(bytes, begin + HEADER, end).objects(NB.decodeUInt32(bytes, begin + 8));
    }

    private static final class Decoder {

        private final byte[] bytes;
        private final int end;
        private final ObjectInserter.Formatter ids = new ObjectInserter.Formatter();
        private int at;

        Decoder(byte[] bytes, int begin, int end) {
            this.bytes = bytes;
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
            int b = next();
            int type = (b >> 4) & 7;
            long size = b & 15;
            for (int shift = 4; (b & 0x80) != 0; shift += 7) {
                b = next();
                size |= (long) (b & 0x7f) << shift;
                if (shift > 31) {
                    throw new MalformedBundleException("an object of its pack is too big");
                }
            }
            if (type < Constants.OBJ_COMMIT || type > Constants.OBJ_TAG) {
                throw new MalformedBundleException(
                        "its pack holds an object of type " + type + "; an entry holds whole objects only");
            }
            if (size > Integer.MAX_VALUE - 8) {
                throw new MalformedBundleException("an object of its pack has " + size + " bytes, that is too big");
            }
            int offset = at;
            byte[] data = new byte[(int) size];
            at += LoggedObject.inflate(inflater, bytes, at, end, data);
            ObjectId id = ids.idFor(type, data);
            return new LoggedObject(id, type, data.length, bytes, offset);
        }

        private int next() throws MalformedBundleException {
            if (at == end) {
                throw new MalformedBundleException("its pack holds fewer objects than it announces");
            }
            return bytes[at++] & 0xff;
        }
    }
}
