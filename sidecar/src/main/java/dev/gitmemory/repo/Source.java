package dev.gitmemory.repo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * What somebody wants imported, recognised by what is there and not by its name.
 *
 * @param path the bundle, the folder, or the folder in which git keeps a repository
 */
record Source(SourceKind kind, Path path) {

    private static final byte[] BUNDLE = "# v".getBytes(StandardCharsets.US_ASCII);

    /** @throws TransferException if it is nothing that can be imported; the message says what can */
    static Source detect(Path from) throws IOException {
        if (Files.isRegularFile(from)) {
            return file(from);
        }
        if (Files.exists(from) && !Files.isDirectory(from)) {
            throw new TransferException("'" + from + "' is no regular file and no folder");
        }
        if (!Files.isDirectory(from)) {
            throw new TransferException("There is no file or folder '" + from + "'");
        }
        return folder(from, from.toRealPath()); // the folder may be a link; links in it are another matter
    }

    private static Source folder(Path named, Path from) throws IOException {
        Path dotGit = from.resolve(".git");
        if (Files.isDirectory(dotGit, LinkOption.NOFOLLOW_LINKS)) {
            return new Source(SourceKind.WORK_TREE, dotGit);
        }
        if (Files.exists(dotGit, LinkOption.NOFOLLOW_LINKS)) {
            throw new TransferException("'" + named + "' keeps its repository elsewhere (" + dotGit
                    + " is no folder); import the repository that it belongs to, or a bundle made there with"
                    + " 'git bundle create FILE --all'");
        }
        if (isGitFolder(from)) {
            return new Source(kind(from), from);
        }
        Path lettas = from.resolve("repo.git");
        if (isGitFolder(lettas)) {
            return new Source(SourceKind.LETTA_MEMFS, lettas);
        }
        if (isLog(from) || isLog(lettas)) {
            throw new TransferException(
                    "'" + named + "' is a repository in a store of git-memory's own; take it out with"
                            + " 'git-memory export --store ... --to FILE.bundle', and import that");
        }
        return new Source(SourceKind.FOLDER, from);
    }

    private static Source file(Path from) throws IOException {
        byte[] start = new byte[BUNDLE.length];
        try (InputStream in = Files.newInputStream(from)) {
            int length = in.readNBytes(start, 0, start.length);
            if (length > 0 && start[0] == '{') {
                throw new TransferException("'" + from + "' looks like JSON; for an Agent File use --agent-file");
            }
            if (length < start.length || !Arrays.equals(start, BUNDLE)) {
                throw new TransferException("'" + from + "' is no git bundle; what can be imported is a bundle, a git"
                        + " repository, a folder of Markdown files, or with --agent-file an Agent File");
            }
        }
        return new Source(SourceKind.BUNDLE, from);
    }

    /** As git has it; object storage knows no empty folders, so a copy from there may lack {@code refs}. */
    private static boolean isGitFolder(Path folder) {
        return Files.isRegularFile(folder.resolve("HEAD")) && Files.isDirectory(folder.resolve("objects"));
    }

    /** Letta's server keeps the git folder of a work tree, without the work tree. */
    private static SourceKind kind(Path gitFolder) {
        if (gitFolder.toAbsolutePath().normalize().endsWith(".git")) {
            return SourceKind.WORK_TREE;
        }
        boolean bare = !Files.exists(gitFolder.resolve("index")) && GitFolder.saysBare(gitFolder);
        return bare ? SourceKind.BARE_REPOSITORY : SourceKind.LETTA_MEMFS;
    }

    private static boolean isLog(Path folder) throws IOException {
        Path log = folder.resolve("log");
        if (!Files.isDirectory(log)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(log)) {
            return entries.anyMatch(e -> String.valueOf(e.getFileName()).matches("[0-9]{20}\\.bundle"));
        }
    }
}
