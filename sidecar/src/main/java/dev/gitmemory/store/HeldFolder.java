package dev.gitmemory.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A folder held open by its descriptor: {@code openat(2)} and its like, without following links. */
final class HeldFolder extends Folder {

    private static final Path ITSELF = Path.of(".");
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final SecureDirectoryStream<Path> folder;

    HeldFolder(Path path, SecureDirectoryStream<Path> folder) {
        this.path = path;
        this.folder = folder;
    }

    @Override
    @Nullable
    BasicFileAttributes attributes(String name) throws IOException {
        try {
            return folder.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    Folder openFolder(String name) throws IOException {
        return new HeldFolder(path.resolve(name), folder.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    FileChannel openFile(String name) throws IOException {
        return channel(Path.of(name), READ);
    }

    @Override
    FileChannel createFile(String name) throws IOException {
        return channel(Path.of(name), CREATE);
    }

    private FileChannel channel(Path name, Set<OpenOption> options) throws IOException {
        SeekableByteChannel channel = folder.newByteChannel(name, options);
        if (channel instanceof FileChannel file) {
            return file;
        }
        channel.close();
        throw new IOException("this platform opens no files that can be synced");
    }

    @Override
    void deleteFile(String name) throws IOException {
        folder.deleteFile(Path.of(name));
    }

    @Override
    void deleteFolder(String name) throws IOException {
        folder.deleteDirectory(Path.of(name));
    }

    @Override
    List<String> names() throws IOException {
        try {
            List<String> names = new ArrayList<>();
            folder.forEach(child -> names.add(String.valueOf(child.getFileName())));
            return names;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    @Override
    @Nullable
    Object key() throws IOException {
        return folder.getFileAttributeView(BasicFileAttributeView.class)
                .readAttributes()
                .fileKey();
    }

    @Override
    void sync() throws IOException {
        Uninterrupted.call(() -> {
            try (FileChannel channel = channel(ITSELF, READ)) {
                channel.force(true);
                return channel;
            }
        });
    }

    @Override
    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
