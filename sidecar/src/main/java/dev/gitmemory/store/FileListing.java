package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One page of a listing: walks only the folders that can hold an answer, in the order of the keys. */
final class FileListing {

    /** A file or folder of the store; a folder's key ends in {@code /}, which puts it where its content sorts. */
    private record Child(String key, Path path, boolean isFolder) {}

    private final Path root;
    private final String prefix;
    private final String startAfter;
    private final int limit;
    private final List<ObjectStore.Entry> page = new ArrayList<>();

    FileListing(Path root, String prefix, String startAfter, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.startAfter = startAfter;
        this.limit = limit;
    }

    List<ObjectStore.Entry> page() throws IOException {
        int end = prefix.lastIndexOf('/');
        Path folder = root;
        if (end > 0) {
            for (String segment : Keys.check(prefix.substring(0, end)).split("/", -1)) {
                folder = folder.resolve(FileNames.encode(segment));
            }
        }
        walk(folder, prefix.substring(0, end + 1));
        return page;
    }

    private void walk(Path folder, String folderKey) throws IOException {
        for (Child child : children(folder, folderKey)) {
            if (page.size() == limit) {
                return;
            }
            if (child.isFolder()) {
                walk(child.path(), child.key());
            } else {
                add(child);
            }
        }
    }

    private void add(Child file) throws IOException {
        long size;
        try {
            size = RegularFiles.size(file.path());
        } catch (StoreException e) {
            size = 0; // it has a name that nobody else can have, and reading it says what it is
        }
        if (size >= 0) { // else it was deleted since the folder was read, or is a link to a folder
            page.add(new ObjectStore.Entry(file.key(), size));
        }
    }

    private List<Child> children(Path folder, String folderKey) throws IOException {
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (folderKey.isEmpty() && name.equals(TempFiles.FOLDER)) {
                    continue;
                }
                String key = folderKey + FileNames.decode(name);
                // Asking what a file is costs the most, so that comes last.
                if (mayHoldAnswers(key + "/")) {
                    addChild(key, file, children);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // nothing has such a prefix
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort((a, b) -> Keys.ORDER.compare(a.key(), b.key()));
        return children;
    }

    private void addChild(String key, Path file, List<Child> children) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            children.add(new Child(key + "/", file, true));
        } else if (isAnswer(key)) {
            children.add(new Child(key, file, false));
        }
    }

    private boolean isAnswer(String key) {
        return key.startsWith(prefix) && Keys.ORDER.compare(key, startAfter) > 0;
    }

    private boolean mayHoldAnswers(String folderKey) {
        boolean underPrefix = folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
        boolean afterStart = Keys.ORDER.compare(folderKey, startAfter) > 0 || startAfter.startsWith(folderKey);
        return underPrefix && afterStart;
    }
}
