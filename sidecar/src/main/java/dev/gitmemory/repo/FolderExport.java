package dev.gitmemory.repo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Writes the files of a commit into a folder. Symbolic links and submodules are left out: a link could lead whoever
 * reads the folder anywhere.
 */
final class FolderExport {

    private final ObjectReader reader;
    private final Path folder;
    private final TransferProgress progress;
    private final List<String> leftOut = new ArrayList<>();
    private int files;

    FolderExport(ObjectReader reader, Path folder, TransferProgress progress) {
        this.reader = reader;
        this.folder = folder;
        this.progress = progress;
    }

    ExportSummary write(String commitSha, ObjectId tree) throws IOException {
        Files.createDirectory(folder);
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(tree);
            walk.setRecursive(true);
            while (walk.next()) {
                String path = TreePaths.text(walk);
                if (path == null) {
                    leftOut.add(TreePaths.shown(walk) + ": a name that is not UTF-8");
                } else {
                    write(path, walk.getFileMode(), walk.getObjectId(0));
                }
                Exports.checkNotCancelled(progress);
            }
        }
        return new ExportSummary(commitSha, files, 0, leftOut);
    }

    private void write(String path, FileMode mode, ObjectId id) throws IOException {
        if (mode.equals(FileMode.SYMLINK)) {
            leftOut.add(path + ": a symbolic link");
            return;
        }
        if (mode.equals(FileMode.GITLINK)) {
            leftOut.add(path + ": a submodule");
            return;
        }
        Path file = place(path);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            reader.open(id, Constants.OBJ_BLOB).copyTo(out);
        } catch (FileAlreadyExistsException e) {
            throw new TransferException(
                    "'" + path + "' has the same name as another file, for the file system of '" + folder
                            + "'; export to another one, or with --format git",
                    e);
        }
        if (mode.equals(FileMode.EXECUTABLE_FILE)) {
            makeExecutable(file);
        }
        files++;
        progress.at("Writing files", files, 0);
    }

    private Path place(String path) throws TransferException {
        try {
            PathRules.check(path);
            Path file = folder.resolve(path).normalize();
            if (file.startsWith(folder)) {
                return file;
            }
        } catch (IllegalArgumentException e) {
            throw new TransferException(
                    "The commit has a file that no folder should hold: " + e.getMessage()
                            + "; export with --format git",
                    e);
        }
        throw new TransferException("The commit has a file outside of its folder: '" + path + "'");
    }

    private static void makeExecutable(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
