package dev.gitmemory.repo;

import java.io.IOException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** What is at a path that is not a folder: an object that exists, or a file that is to be written. */
final class TreeLeaf {

    /** A file of more bytes is not read as text: a block does not get so large over HTTP either. */
    static final int LARGEST_TEXT_BYTES = 16 << 20;

    private final FileMode mode;
    private final @Nullable ObjectId id;
    private final byte[] content;

    private TreeLeaf(FileMode mode, @Nullable ObjectId id, byte[] content) {
        this.mode = mode;
        this.id = id;
        this.content = content;
    }

    static TreeLeaf existing(FileMode mode, ObjectId id) {
        return new TreeLeaf(mode, id, new byte[0]);
    }

    /** A file with new content; {@code before} keeps being executable if it was. */
    static TreeLeaf file(byte[] content, @Nullable TreeLeaf before) {
        boolean executable = before != null && before.mode.equals(FileMode.EXECUTABLE_FILE);
        return new TreeLeaf(executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE, null, content);
    }

    FileMode mode() {
        return mode;
    }

    /** Inserts the content if it is new; answers the id. */
    ObjectId write(ObjectInserter into) throws IOException {
        return id == null ? into.insert(Constants.OBJ_BLOB, content) : id;
    }

    /**
     * The text of the file.
     *
     * @throws NotTextException if it is none, naming {@code path}
     */
    String text(String path, ObjectReader reader) throws IOException {
        String text = textOrNull(reader);
        if (text != null) {
            return text;
        }
        throw new NotTextException(
                path, isFile() ? "it is not UTF-8, has a NUL, or is over 16 MiB" : "a symbolic link or a submodule");
    }

    /** The text of the file, or null if it is none. */
    @Nullable
    String textOrNull(ObjectReader reader) throws IOException {
        if (!isFile()) {
            return null;
        }
        if (id == null) {
            return Texts.decode(content);
        }
        ObjectLoader file = reader.open(id, Constants.OBJ_BLOB);
        return file.getSize() > LARGEST_TEXT_BYTES ? null : Texts.decode(file.getBytes(LARGEST_TEXT_BYTES));
    }

    private boolean isFile() {
        return mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE);
    }
}
