package dev.gitmemory.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(BundleCodec.bytes(new BundleHeader(new TreeSet<>(), "", refs)));
        int packBegin = out.size();
        int beforeBegin = before == null ? 0 : BundleCodec.start(before).packBegin();
        long count = before == null ? 0 : NB.decodeUInt32(before, beforeBegin + 8);
        out.writeBytes(PackCodec.header(count + fresh.size()));
        if (before != null) {
            int sections = beforeBegin + PackCodec.HEADER;
            out.write(before, sections, before.length - PackCodec.TRAILER - sections);
        }
        if (!fresh.isEmpty()) {
            byte[] section = section(fresh, reader);
            out.write(section, PackCodec.HEADER, section.length - PackCodec.HEADER - PackCodec.TRAILER);
        }
        MessageDigest sha1 = Constants.newMessageDigest();
        byte[] written = out.toByteArray();
        sha1.update(written, packBegin, written.length - packBegin);
        out.writeBytes(sha1.digest());
        return out.toByteArray();
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
        ByteArrayOutputStream pack = new ByteArrayOutputStream();
        try (PackWriter writer = new PackWriter(config(), reader)) {
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
        }
        return pack.toByteArray();
    }

    private static PackConfig config() {
        PackConfig config = new PackConfig();
        config.setThreads(1); // in the background, beside writers
        config.setBigFileThreshold(NO_DELTA_FROM);
        config.setDeltaSearchMemoryLimit(16L * NO_DELTA_FROM);
        return config;
    }
}
