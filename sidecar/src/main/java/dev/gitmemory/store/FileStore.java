package dev.gitmemory.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * <h2>Who may write the folder</h2>
 *
 * Nothing below the root is reached through a link: folders are opened one by one, each by the one above ({@link
 * FolderTree}), and files by their folder. Only {@code link(2)} and {@code mkdir(2)} go by a path, since the JDK has nothing else. The way is
 * looked through before, and afterwards the new name must be found on it; if it led elsewhere at that moment the new name
 * is taken back, and the create fails.
 *
 * <p>A key can't be both an object and a folder of others here, unlike in a bucket; {@link #create} then fails.
 */
final class FileStore implements ObjectStore {

    private final Path root;
    private final RootFolder opened;
    private final Disk disk;
    private final FolderTree tree;
    private final TempFiles temp;
    private final StoreUse use;

    /** Folders known to be durable, to spare syncing those above them on every create. */
    private final Cache<List<String>, Boolean> durable =
            Caffeine.newBuilder().maximumSize(10_000).build();

    private FileStore(RootFolder opened, Disk disk, Clock clock, StoreUse use) {
        this.use = use;
        this.opened = opened;
        this.root = opened.path();
        this.disk = disk;
        this.tree = new FolderTree(opened);
        this.temp = new TempFiles(root, tree, disk, clock);
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
        TempFiles.Written probe;
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
    private void linkAndSync(TempFiles.Written file) throws IOException {
        Path link = file.path().resolveSibling(file.path().getFileName() + ".link");
        try (file;
                Folder folder = tree.root()) {
            Files.createLink(link, file.path());
            file.deleteSibling(link);
            folder.sync();
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreException(
                    "The file system of '" + root + "' can't hold a store: it needs hard links and folders that can be"
                            + " synced (" + DiskErrors.describe(e) + "); choose a folder on a local disk",
                    e);
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        Place place = place(key);
        requireWritable("store", key);
        String change = opened.change();
        if (change != null) {
            throw new NotSentException(cant("store", key) + change);
        }
        AtomicBoolean linking = new AtomicBoolean();
        try (Folder found = tree.find(place.folders())) {
            if (found != null && found.attributes(place.name()) != null && !found.deleteIfWithoutFiles(place.name())) {
                return existed(found, place.name());
            }
            disk.reached(Disk.Step.MAKE_FOLDER);
            if (found != null && durable.getIfPresent(place.folders()) != null) {
                return create(place, found, content, linking);
            }
            try (Folder made = tree.makeDurably(place.folders())) {
                durable.put(place.folders(), true);
                return create(place, made, content, linking);
            }
        } catch (IOException e) {
            StoreException told = failed("store", key, e);
            throw linking.get() ? told : new RefusedException(told);
        }
    }

    /** @param linking gets true before the object may come to be there, and false where that has failed for certain */
    private Created create(Place place, Folder folder, byte[] content, AtomicBoolean linking) throws IOException {
        try (TempFiles.Written written = temp.write(content)) {
            link(written, folder, place, linking);
        } catch (FileAlreadyExistsException e) {
            return existed(folder, place.name());
        }
        String change = opened.change();
        if (change != null) {
            throw new StoreException(change, null);
        }
        return Created.STORED;
    }

    /** @param folder where the name has to come to be; it was reached without following a link */
    private void link(TempFiles.Written written, Folder folder, Place place, AtomicBoolean linking) throws IOException {
        Path file = place.under(root);
        if (!folder.isAt(folderOf(file))) {
            throw moved(place);
        }
        try {
            disk.reached(Disk.Step.LINK);
            linking.set(true);
            Files.createLink(file, written.path());
        } catch (IOException e) {
            // Who has no room or no right was refused; a disk that fails, or one elsewhere, may have done it.
            linking.set(!DiskErrors.isRefusal(e));
            throw e;
        }
        if (!written.isIn(folder, place.name())) {
            StoreException reason = moved(place);
            takeBack(written, file, reason);
            throw reason;
        }
        disk.reached(Disk.Step.SYNC_FOLDER);
        folder.sync();
    }

    /** Why a path does not lead any more where it did. */
    private StoreException moved(Place place) throws IOException {
        try (Folder now = tree.find(place.folders())) {
            return new StoreException(
                    now == null
                            ? "its folder was moved away meanwhile"
                            : "its folder was moved away or replaced meanwhile",
                    null);
        } catch (StoreException e) {
            return e; // there is a link on the way
        }
    }

    /** Removes a name that a link on the way has put elsewhere, where that still leads there and it is still ours. */
    private static void takeBack(TempFiles.Written written, Path file, StoreException reason) {
        try (Folder elsewhere = Folder.at(folderOf(file))) {
            String name = String.valueOf(file.getFileName());
            if (written.key() != null && written.isIn(elsewhere, name)) {
                elsewhere.deleteFile(name);
            }
        } catch (IOException e) {
            reason.addSuppressed(e); // the link is gone again, too
        }
    }

    private Created existed(Folder folder, String name) throws IOException {
        BasicFileAttributes there = folder.attributes(name);
        if (there != null && there.isDirectory()) {
            throw new StoreException("a folder is in its place; move that away", null);
        }
        folder.hasFile(name); // or says what it is
        // Its creator may not have come to this, or have failed at it; and the caller may rely on the object.
        disk.reached(Disk.Step.SYNC_FOLDER);
        folder.sync();
        return Created.EXISTED;
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        return read(key, in -> {
            ObjectTooLargeException.requireReadable(key, in.size());
            return FileContent.read(in, 0, (int) in.size());
        });
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        Range range = new Range(offset, length);
        return read(key, in -> FileContent.read(in, range.offset(), range.lengthIn(key, in.size())));
    }

    /** Takes what it wants from a file that is there. */
    private interface Reading {
        byte[] from(FileChannel file) throws IOException;
    }

    private byte @Nullable [] read(String key, Reading reading) throws IOException {
        Place place = place(key);
        requireUnchanged("read", key);
        try (Folder folder = tree.find(place.folders())) {
            if (folder == null || !folder.hasFile(place.name())) {
                return null;
            }
            disk.looked();
            return Uninterrupted.call(() -> {
                try (FileChannel in = folder.openFile(place.name())) {
                    return reading.from(in);
                }
            });
        } catch (NoSuchFileException e) {
            return null; // deleted between the two looks
        } catch (RangeNotSatisfiableException | ObjectTooLargeException e) {
            throw e;
        } catch (IOException e) {
            throw failed("read", key, DiskErrors.describe(e) + DiskErrors.adviceForReading(e), e);
        }
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        requireUnchanged("list", prefix);
        try {
            return new FileListing(tree, prefix, startAfter, limit).page();
        } catch (IOException e) {
            throw failed("list", prefix, DiskErrors.describe(e) + DiskErrors.adviceForReading(e), e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        Place place = place(key);
        requireWritable("delete", key);
        requireUnchanged("delete", key);
        try (Folder folder = tree.find(place.folders())) {
            if (folder != null && folder.hasFile(place.name())) {
                disk.looked();
                folder.deleteFile(place.name());
                folder.sync();
            }
        } catch (NoSuchFileException e) {
            // Somebody else has just deleted it.
        } catch (IOException e) {
            throw failed("delete", key, e);
        }
    }

    @Override
    public boolean isKnownToLack(String key) throws InvalidKeyException {
        return !Files.exists(place(key).under(root), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public @Nullable Object identity(String key) throws InvalidKeyException {
        try {
            return Files.readAttributes(
                    place(key).under(root), "unix:ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    @Override
    public URI uri() {
        return root.toUri();
    }

    @Override
    public void close() {
        // Nothing is held open between calls.
    }

    /** The folders above a file, from the root on, and its name. */
    private record Place(List<String> folders, String name) {

        Path under(Path root) {
            Path file = root;
            for (String folder : folders) {
                file = file.resolve(folder);
            }
            return file.resolve(name);
        }
    }

    private static Place place(String key) throws InvalidKeyException {
        List<String> names = FileNames.path(key);
        if (names.get(0).equals(TempFiles.FOLDER)) {
            throw new InvalidKeyException("'" + TempFiles.FOLDER + "' is the store's own folder: '" + key + "'");
        }
        int last = names.size() - 1;
        return new Place(List.copyOf(names.subList(0, last)), names.get(last));
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

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("'" + file + "' is in no folder");
        }
        return folder;
    }

    private StoreException failed(String what, String key, IOException cause) {
        return failed(what, key, DiskErrors.describe(cause) + DiskErrors.advice(cause), cause);
    }

    private StoreException failed(String what, String key, String why, IOException cause) {
        return new StoreException(
                "Can't " + what + " '" + key + "' in '" + root + "': " + why, cant(what, key) + why, cause);
    }
}
