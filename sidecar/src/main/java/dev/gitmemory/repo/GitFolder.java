package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;

/**
 * The folder in which git keeps somebody else's repository. What is needed of it is copied, and the copy is read: what
 * its configuration says or links lead to is left alone, and it may change meanwhile.
 */
final class GitFolder {

    private static final String INSTEAD = "; import a bundle made with 'git bundle create FILE --all' instead";

    private final Path from;
    private final ImportLimits limits;
    private final TransferProgress progress;
    private long bytes;
    private long files;

    private GitFolder(Path from, ImportLimits limits, TransferProgress progress) {
        this.from = from;
        this.limits = limits;
        this.progress = progress;
    }

    /** Whether its configuration says that it has no work tree. */
    static boolean saysBare(Path gitFolder) {
        try {
            return config(gitFolder).getBoolean("core", "bare", false);
        } catch (IOException e) {
            return true; // copying will say what is wrong with it
        }
    }

    /**
     * Copies refs and objects into an empty folder, as a bare repository.
     *
     * @throws TransferException if it is of a kind that can't be read by itself
     */
    static void copy(Path from, Path to, ImportLimits limits, TransferProgress progress) throws IOException {
        GitFolder folder = new GitFolder(from, limits, progress);
        folder.checkFormat();
        Files.createDirectories(to.resolve("refs/heads"));
        Files.createDirectories(to.resolve("objects/pack"));
        Files.writeString(to.resolve("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
        folder.copyFile(from.resolve("HEAD"), to.resolve("HEAD"));
        if (Files.exists(from.resolve("packed-refs"))) {
            folder.copyFile(from.resolve("packed-refs"), to.resolve("packed-refs"));
        }
        for (String sub : new String[] {"refs", "objects"}) {
            if (Files.isDirectory(from.resolve(sub))) {
                folder.copyTree(from.resolve(sub), to.resolve(sub));
            }
        }
    }

    private void checkFormat() throws IOException {
        Config config = config(from);
        String objects = config.getString("extensions", null, "objectFormat");
        if (objects != null && !objects.equalsIgnoreCase("sha1")) {
            throw new TransferException("it " + BundlePreamble.OTHER_IDS.formatted(objects));
        }
        String refs = config.getString("extensions", null, "refStorage");
        if (refs != null && !refs.equalsIgnoreCase("files")) {
            throw new TransferException("it keeps its refs in the form '" + refs + "'" + INSTEAD);
        }
        if (Files.exists(from.resolve("objects/info/alternates"))) {
            throw new TransferException(
                    "it borrows objects from another repository (objects/info/alternates)" + INSTEAD);
        }
        if (Files.exists(from.resolve("shallow")) && Files.size(from.resolve("shallow")) > 0) {
            throw new TransferException("it is a shallow clone; run 'git fetch --unshallow' in it first");
        }
        if (Files.exists(from.resolve("commondir"))) {
            throw new TransferException("it is a linked work tree; import the repository that it belongs to");
        }
    }

    private static Config config(Path gitFolder) throws IOException {
        Config config = new Config();
        Path file = gitFolder.resolve("config");
        if (Files.isRegularFile(file)) {
            try {
                config.fromText(Files.readString(file));
            } catch (ConfigInvalidException | IOException e) {
                throw new TransferException("its config can't be read: " + e.getMessage() + INSTEAD, e);
            }
        }
        return config;
    }

    private void copyTree(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(target.resolve(source.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                copyFile(file, target.resolve(source.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void copyFile(Path source, Path target) throws IOException {
        if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            throw new TransferException("'" + source + "' is no regular file" + INSTEAD);
        }
        bytes += Files.size(source);
        limits.checkTotal(bytes);
        Files.copy(source, target);
        files++;
        progress.at("Reading the repository, files", files, 0);
        Exports.checkNotCancelled(progress);
    }
}
