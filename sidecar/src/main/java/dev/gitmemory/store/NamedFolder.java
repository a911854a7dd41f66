package dev.gitmemory.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder known by its path, where the platform can't hold one open: what is swapped at the right moment is followed. */
final class NamedFolder extends Folder {

    private final Path path;

    NamedFolder(Path path) {
        this.path = path;
    }

    @Override
    @Nullable
    BasicFileAttributes attributes(String name) throws IOException {
        try {
            return Files.readAttributes(path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    Folder openFolder(String name) {
        return new NamedFolder(path.resolve(name));
    }

    @Override
    FileChannel openFile(String name) throws IOException {
        return FileChannel.open(path.resolve(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    FileChannel createFile(String name) throws IOException {
        return FileChannel.open(path.resolve(name), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    void deleteFile(String name) throws IOException {
        Files.delete(path.resolve(name));
    }

    @Override
    void deleteFolder(String name) throws IOException {
        Files.delete(path.resolve(name));
    }

    @Override
    List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
            children.forEach(child -> names.add(String.valueOf(child.getFileName())));
            return names;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    @Override
    @Nullable
    Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    void sync() throws IOException {
        Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
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
    public void close() {
        // Nothing is held.
    }
}
