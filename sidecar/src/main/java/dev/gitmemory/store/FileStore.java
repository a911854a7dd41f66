package dev.gitmemory.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files below a folder, which any number of processes on one machine may share.
 *
 * <h2>How an object is created</h2>
 *
 * The content goes to a temporary file, is synced, and gets its final name by {@code link(2)}: that fails if the name
 * is taken, so of all who race exactly one succeeds, and nobody ever sees half an object. Syncing the folder then makes
 * the name as durable as the content. A crash before the link leaves a temporary file, which no listing shows; a crash
 * between link and sync leaves an object whose creator was not told yet, which is a lost answer like any other.
 *
 * <p>A key can't be both an object and a folder of others here, unlike in a bucket; {@link #create} then fails.
 */
final class FileStore implements ObjectStore {

    private final Path root;
    private final RootFolder opened;
    private final Disk disk;
    private final TempFiles temp;
    private final StoreUse use;

    /** Folders known to be durable, to spare syncing those above them on every create. */
    private final Cache<Path, Boolean> durable =
            Caffeine.newBuilder().maximumSize(10_000).build();

    private FileStore(RootFolder opened, Disk disk, Clock clock, StoreUse use) {
        this.use = use;
        this.opened = opened;
        this.root = opened.path();
        this.disk = disk;
        this.temp = new TempFiles(root, disk, clock);
    }

    /**
     * Opens the store in a folder.
     *
     * @param clock tells which temporary files are old enough to be of dead processes
     * @throws IOException if the folder can't be used so; the message says why and what to do
     */
    static FileStore open(Path folder, Clock clock, StoreUse use) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        if (use == StoreUse.START) {
            return start(root, Disk.UNWATCHED, clock);
        }
        if (use != StoreUse.PREVIEW && !Files.isDirectory(root)) {
            throw new StoreException(
                    "There is no folder '" + root + "' with a store; mount it, or correct --store or --data-dir", null);
        }
        return new FileStore(RootFolder.at(root), Disk.UNWATCHED, clock, use);
    }

    /** Opens a store that may be a new one, on a disk that is watched. */
    static FileStore start(Path folder, Disk disk, Clock clock) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        FileStore store;
        Path probe;
        try {
            Files.createDirectories(root);
            store = new FileStore(RootFolder.at(root), disk, clock, StoreUse.START);
            probe = store.temp.write(new byte[0]);
        } catch (IOException e) {
            String advice = DiskErrors.advice(e);
            throw new StoreException(
                    "The store's folder '" + root + "' can't be used: " + DiskErrors.describe(e)
                            + (advice.isEmpty() ? "; it must be a folder that this user may write to" : advice),
                    e);
        }
        store.linkAndSync(probe);
        return store;
    }

    /** Fails now rather than at the first write if the file system lacks what {@link #create} needs. */
    private void linkAndSync(Path file) throws IOException {
        Path link = file.resolveSibling(file.getFileName() + ".link");
        try {
            Files.createLink(link, file);
            Folders.sync(root);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreException(
                    "The file system of '" + root + "' can't hold a store: it needs hard links and folders that can be"
                            + " synced (" + DiskErrors.describe(e) + "); choose a folder on a local disk",
                    e);
        } finally {
            Files.deleteIfExists(link);
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        Path file = path(key);
        requireWritable("store", key);
        String change = opened.change();
        if (change != null) {
            throw new NotSentException(cant("store", key) + change);
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Folders.deleteIfWithoutFiles(file)) {
            return existed(key, file);
        }
        try {
            disk.reached(Disk.Step.MAKE_FOLDER);
            makeFolder(file);
            Path written = temp.write(content);
            try {
                disk.reached(Disk.Step.LINK);
                Files.createLink(file, written);
            } finally {
                Files.deleteIfExists(written);
            }
            syncName(file);
            requireUnchanged("store", key);
            return Created.STORED;
        } catch (FileAlreadyExistsException e) {
            return existed(key, file);
        } catch (IOException e) {
            throw failed("store", key, e);
        }
    }

    private void syncName(Path file) throws IOException {
        disk.reached(Disk.Step.SYNC_FOLDER);
        Folders.sync(folderOf(file));
    }

    private Created existed(String key, Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException("Can't store '" + key + "': a folder is in its place; move that away", null);
        }
        try {
            RegularFiles.size(file);
            // Whoever created it may not have come to this, or have failed at it; and the caller may rely on the
            // object.
            syncName(file);
        } catch (IOException e) {
            throw failed("store", key, e);
        }
        return Created.EXISTED;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        return read(key, FileStore::content);
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        Range range = new Range(offset, length);
        return read(key, file -> part(key, file, range));
    }

    /** Takes what it wants from a file that is there. */
    private interface Reading {
        byte[] from(File file) throws IOException;
    }

    private byte @Nullable [] read(String key, Reading reading) throws IOException {
        Path file = path(key);
        requireUnchanged("read", key);
        try {
            return readIfThere(file, reading);
        } catch (RangeNotSatisfiableException e) {
            throw e;
        } catch (IOException e) {
            throw failed("read", key, DiskErrors.describe(e) + DiskErrors.adviceForReading(e), e);
        }
    }

    private static byte @Nullable [] readIfThere(Path file, Reading reading) throws IOException {
        if (RegularFiles.size(file) < 0) {
            return null;
        }
        try {
            return reading.from(file.toFile());
        } catch (FileNotFoundException e) {
            if (Files.exists(file)) {
                throw e; // it may not be read
            }
            return null; // deleted between the two looks
        }
    }

    /** Not a FileChannel, here and below: an interrupt would make the answer fail. */
    private static byte[] content(File file) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            return in.readAllBytes();
        }
    }

    private static byte[] part(String key, File file, Range range) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
            byte[] part = new byte[range.lengthIn(key, in.length())];
            in.seek(range.offset());
            in.readFully(part);
            return part;
        }
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        requireUnchanged("list", prefix);
        try {
            return new FileListing(root, prefix, startAfter, limit).page();
        } catch (IOException e) {
            throw failed("list", prefix, DiskErrors.describe(e) + DiskErrors.adviceForReading(e), e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        Path file = path(key);
        requireWritable("delete", key);
        requireUnchanged("delete", key);
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(file)) {
                Folders.sync(folderOf(file));
            }
        } catch (IOException e) {
            throw failed("delete", key, e);
        }
    }

    @Override
    public boolean isKnownToLack(String key) throws InvalidKeyException {
        return !Files.exists(path(key), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public URI uri() {
        return root.toUri();
    }

    @Override
    public void close() {
        // Nothing is held open between calls.
    }

    private Path path(String key) throws InvalidKeyException {
        Path file = root;
        for (String segment : Keys.check(key).split("/", -1)) {
            file = file.resolve(FileNames.encode(segment));
        }
        if (file.startsWith(root.resolve(TempFiles.FOLDER))) {
            throw new InvalidKeyException("'" + TempFiles.FOLDER + "' is the store's own folder: '" + key + "'");
        }
        return file;
    }

    private void requireWritable(String what, String key) throws StoreException {
        if (!use.writes()) {
            throw new StoreException(cant(what, key) + "it is open for reading", null);
        }
    }

    private void requireUnchanged(String what, String key) throws StoreException {
        String change = opened.change();
        if (change != null) {
            throw new StoreException(cant(what, key) + change, null);
        }
    }

    private static String cant(String what, String key) {
        return "Can't " + what + " '" + key + "': ";
    }

    private void makeFolder(Path file) throws IOException {
        Path folder = folderOf(file);
        if (durable.getIfPresent(folder) == null || !Files.isDirectory(folder)) {
            Folders.createDurably(folder, root);
            durable.put(folder, true);
        }
    }

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("'" + file + "' is in no folder");
        }
        return folder;
    }

    private IOException failed(String what, String key, IOException cause) {
        return failed(what, key, DiskErrors.describe(cause) + DiskErrors.advice(cause), cause);
    }

    private StoreException failed(String what, String key, String why, IOException cause) {
        return new StoreException(
                "Can't " + what + " '" + key + "' in '" + root + "': " + why, cant(what, key) + why, cause);
    }
}
