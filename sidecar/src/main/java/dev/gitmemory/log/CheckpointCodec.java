package dev.gitmemory.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.eclipse.jgit.internal.storage.pack.PackWriter;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.eclipse.jgit.util.NB;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints: bundles without prerequisites that hold every object of a log.
 *
 * <p>The pack is a row of sections, each made by JGit's pack writer of the objects that came since the checkpoint
 * before, with deltas within the section. A delta names its base by the distance to it, so a section is copied from one
 * checkpoint into the next as it is: a checkpoint costs compressing what is new, however long the history is.
 */
final class CheckpointCodec {

    /** A blob of so many bytes is not compared with others, which would hold several of them on the heap. */
    static final int NO_DELTA_FROM = 1 << 20;

    private static final long LARGEST_BYTES = 1L << 30;

    private CheckpointCodec() {}

    /**
     * Makes a checkpoint.
     *
     * @param before the checkpoint before, as it is stored; null if there is none
     * @param fresh every object that came since, without which {@code before} is complete
     * @param reader reads the objects of the log
     */
    static byte[] encode(
            SortedMap<String, ObjectId> refs,
            byte @Nullable [] before,
            Collection<LoggedObject> fresh,
            ObjectReader reader)
            throws IOException {
        byte[] header = BundleCodec.bytes(new BundleHeader(new TreeSet<>(), "", refs));
        byte[] section = fresh.isEmpty() ? new byte[PackCodec.HEADER + PackCodec.TRAILER] : section(fresh, reader);
        byte[] old = before == null ? section : before;
        int oldPack = before == null ? 0 : BundleCodec.start(before).packBegin();
        int oldLength = before == null ? 0 : sections(before, oldPack);
        long count = (before == null ? 0 : PackCodec.check(before, oldPack)) + fresh.size();
        long size = (long) header.length + PackCodec.HEADER + oldLength + sections(section, 0) + PackCodec.TRAILER;
        if (size > LARGEST_BYTES) {
            throw new IOException("a checkpoint of %d bytes is larger than %d bytes, which can't be read as a whole"
                    .formatted(size, LARGEST_BYTES));
        }
        ByteBuffer out = ByteBuffer.allocate((int) size); // exactly as large as needed: there may be big blobs in it
        out.put(header).put(PackCodec.header(count));
        out.put(old, oldPack + PackCodec.HEADER, oldLength);
        out.put(section, PackCodec.HEADER, sections(section, 0));
        MessageDigest sha1 = Constants.newMessageDigest();
        sha1.update(out.array(), header.length, out.position() - header.length);
        out.put(sha1.digest());
        return out.array();
    }

    /** How long the objects of a pack are. */
    private static int sections(byte[] bundle, int packBegin) {
        return bundle.length - packBegin - PackCodec.HEADER - PackCodec.TRAILER;
    }

    /** How many objects a checkpoint holds; {@link #encode} has made it. */
    static long count(byte[] checkpoint) throws MalformedBundleException {
        return NB.decodeUInt32(checkpoint, BundleCodec.start(checkpoint).packBegin() + 8);
    }

    /** @throws MalformedBundleException if it is not a checkpoint, or damaged */
    static Bundle decode(byte[] bytes) throws MalformedBundleException {
        BundleCodec.Start start = BundleCodec.start(bytes);
        if (!start.header().prerequisites().isEmpty()) {
            throw new MalformedBundleException("it has prerequisites, so it does not hold everything");
        }
        return new Bundle(start.header(), bytes, CheckpointParser.objects(bytes, start.packBegin()));
    }

    private static byte[] section(Collection<LoggedObject> fresh, ObjectReader reader) throws IOException {
        Map<AnyObjectId, LoggedObject> wanted = new HashMap<>();
        fresh.forEach(object -> wanted.put(object, object));
        Set<ObjectId> roots = new HashSet<>(fresh);
        Set<ObjectId> parentsBefore = new HashSet<>();
        for (LoggedObject object : fresh) {
            if (object.type() != Constants.OBJ_BLOB) {
                References.<IOException>of(object.type(), object.data(), (id, what) -> roots.remove(id));
            }
            if (object instanceof LoggedCommit commit) {
                commit.parents().stream()
                        .filter(parent -> !wanted.containsKey(parent))
                        .forEach(parentsBefore::add);
            }
        }
        byte[] section;
        try (Spool pack = new Spool();
                PackWriter writer = new PackWriter(config(), reader)) {
            writer.setDeltaBaseAsOffset(true);
            writer.setIndexDisabled(true);
            writer.setUseBitmaps(false);
            writer.excludeObjects(id -> !wanted.containsKey(id));
            writer.preparePack(NullProgressMonitor.INSTANCE, roots, parentsBefore);
            if (writer.getObjectCount() != fresh.size()) {
                throw new IOException("a checkpoint of %d new objects found %d of them"
                        .formatted(fresh.size(), writer.getObjectCount()));
            }
            writer.writePack(NullProgressMonitor.INSTANCE, NullProgressMonitor.INSTANCE, pack);
            section = pack.readAll();
        }
        long right = CheckpointParser.objects(section, 0).stream()
                .filter(wanted::containsKey)
                .distinct()
                .count();
        if (right != fresh.size()) {
            throw new IOException("a section of a checkpoint holds %d of %d objects".formatted(right, fresh.size()));
        }
        return section;
    }

    private static PackConfig config() {
        PackConfig config = new PackConfig();
        config.setThreads(1); // in the background, beside writers
        config.setBigFileThreshold(NO_DELTA_FROM);
        config.setDeltaSearchMemoryLimit(16L * NO_DELTA_FROM);
        return config;
    }
}
