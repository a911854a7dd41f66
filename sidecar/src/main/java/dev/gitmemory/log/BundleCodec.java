package dev.gitmemory.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * Bundles in the format of git's {@code gitformat-bundle(5)}, version 2, in one canonical form: prerequisites by id and
 * refs by name in ascending order, one comment for all prerequisites, the pack as {@link PackCodec} writes it. Stock
 * git reads what this writes; this reads only what it writes.
 */
final class BundleCodec {

    private static final String SIGNATURE = "# v2 git bundle";
    /** No line of a header is longer, and no header: what it says takes several times its size of heap. */
    private static final int LONGEST_LINE = 1 << 16;

    private static final int LONGEST_HEADER = 8 << 20;
    private static final int ID = Constants.OBJECT_ID_STRING_LENGTH;

    private BundleCodec() {}

    /** @throws IOException if the content of an object can't be read, or there is no room for a large bundle */
    static Bundle encode(BundleHeader header, List<NewObject> objects) throws IOException {
        byte[] bytes;
        List<PackCodec.Place> places;
        try (Spool out = new Spool()) {
            out.write(bytes(header));
            places = PackCodec.encode(objects, out);
            bytes = out.readAll();
        }
        List<LoggedObject> logged = new ArrayList<>(places.size());
        ObjectSource source = new HeapPack(bytes);
        for (PackCodec.Place place : places) {
            NewObject object = place.object();
            logged.add(new LoggedObject(object.id(), object.type(), object.size(), source, place.offset()));
        }
        return new Bundle(header, bytes, logged);
    }

    /** A header with the empty line that ends it. */
    static byte[] bytes(BundleHeader header) {
        StringBuilder text = new StringBuilder(SIGNATURE).append('\n');
        for (ObjectId id : header.prerequisites()) {
            text.append('-')
                    .append(id.name())
                    .append(' ')
                    .append(header.comment())
                    .append('\n');
        }
        header.refs()
                .forEach((name, id) ->
                        text.append(id.name()).append(' ').append(name).append('\n'));
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws MalformedBundleException if it is not a bundle of the canonical form, or damaged */
    static Bundle decode(byte[] bytes) throws MalformedBundleException {
        Start start = start(bytes);
        return new Bundle(start.header(), bytes, PackCodec.decode(bytes, start.packBegin()));
    }

    /** A header, and where the pack after it begins. */
    record Start(BundleHeader header, int packBegin) {}

    /** @throws MalformedBundleException if the header is not of the canonical form, or damaged */
    static Start start(byte[] bytes) throws MalformedBundleException {
        Lines lines = new Lines(bytes);
        if (!lines.next().equals(SIGNATURE)) {
            throw new MalformedBundleException("it does not begin with '" + SIGNATURE + "'");
        }
        SortedSet<ObjectId> prerequisites = new TreeSet<>();
        SortedMap<String, ObjectId> refs = new TreeMap<>();
        String comment = "";
        String line = lines.next();
        for (; line.startsWith("-"); line = lines.next()) {
            prerequisites.add(id(line, 1));
            comment = line.substring(1 + ID + 1);
        }
        for (; !line.isEmpty(); line = lines.next()) {
            refs.put(refName(line), id(line, 0));
        }
        BundleHeader header = new BundleHeader(prerequisites, comment, refs);
        if (!ByteBuffer.wrap(bytes(header)).equals(ByteBuffer.wrap(bytes, 0, lines.at))) {
            throw new MalformedBundleException("its header is not in canonical form");
        }
        if (refs.isEmpty()) {
            throw new MalformedBundleException("it has no refs");
        }
        return new Start(header, lines.at);
    }

    private static ObjectId id(String line, int begin) throws MalformedBundleException {
        if (line.length() > begin + ID && line.charAt(begin + ID) == ' ') {
            try {
                return ObjectId.fromString(line.substring(begin, begin + ID));
            } catch (InvalidObjectIdException e) {
                throw new MalformedBundleException("its header has a line with a bad id", e);
            }
        }
        throw new MalformedBundleException("its header has a line that is no ref and no prerequisite");
    }

    private static String refName(String line) throws MalformedBundleException {
        String name = line.length() > ID ? line.substring(ID + 1) : "";
        if (!name.startsWith(Constants.R_REFS) || !Repository.isValidRefName(name)) {
            throw new MalformedBundleException("its header has a ref with a bad name");
        }
        return name;
    }

    private static final class Lines {

        private final byte[] bytes;
        private int at;

        Lines(byte[] bytes) {
            this.bytes = bytes;
        }

        String next() throws MalformedBundleException {
            int begin = at;
            while (at < bytes.length && bytes[at] != '\n') {
                at++;
                if (at - begin > LONGEST_LINE || at > LONGEST_HEADER) {
                    throw new MalformedBundleException("its header is too long, or it has none");
                }
            }
            if (at == bytes.length) {
                throw new MalformedBundleException("its header is cut short");
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes, begin, at++ - begin))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new MalformedBundleException("its header is not UTF-8", e);
            }
        }
    }
}
