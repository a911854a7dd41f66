package dev.gitmemory.repo;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A folder of files, which become one commit. Hidden files stay out, but for those that are git's own settings. */
final class IncomingFolder implements Incoming {

    private static final Set<String> SETTINGS = Set.of(".gitattributes", ".gitignore");
    private static final String ATTRIBUTES = ".gitattributes";

    private final MemoryRepository onto;
    private final Path folder;
    private final boolean prune;
    private final SortedMap<String, IncomingFile> files = new TreeMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private final Set<String> leftOutPaths = new TreeSet<>();

    private IncomingFolder(MemoryRepository onto, Path folder, boolean prune) {
        this.onto = onto;
        this.folder = folder;
        this.prune = prune;
    }

    static IncomingFolder read(
            MemoryRepository onto, Path folder, boolean prune, ImportLimits limits, TransferProgress progress)
            throws IOException {
        IncomingFolder incoming = new IncomingFolder(onto, folder, prune);
        Files.walkFileTree(folder, incoming.new Reader(filesNow(onto), limits, progress));
        if (incoming.files.isEmpty()) {
            throw new TransferException("there is no file in it to import");
        }
        return incoming;
    }

    private static SortedMap<String, String> filesNow(MemoryRepository repository) throws IOException {
        Head head = repository.head();
        return head == null ? new TreeMap<>() : repository.files(head.sha());
    }

    private final class Reader extends SimpleFileVisitor<Path> {

        private final SortedMap<String, String> before;
        private final ImportLimits limits;
        private final TransferProgress progress;
        private long bytes;

        Reader(SortedMap<String, String> before, ImportLimits limits, TransferProgress progress) {
            this.before = before;
            this.limits = limits;
            this.progress = progress;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
            if (isNoText(visited)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (!visited.equals(folder) && isHidden(visited)) {
                leftOut.add(path(visited) + "/: hidden");
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            String path = path(file);
            if (isNoText(file)) {
                // it is refused later, with all others
            } else if (isHidden(file) && !SETTINGS.contains(path)) {
                leaveOut(path, "hidden");
            } else if (attributes.isSymbolicLink()) {
                files.put(path, new IncomingFile(path, IncomingFile.Kind.SYMBOLIC_LINK, null, false));
            } else if (!attributes.isRegularFile()) {
                leaveOut(path, "no regular file");
            } else {
                read(path, file, attributes.size());
            }
            if (files.size() > limits.files()) {
                throw new TransferException("it has more than " + limits.files() + " files");
            }
            progress.at("Reading files", files.size(), 0);
            Exports.checkNotCancelled(progress);
            return FileVisitResult.CONTINUE;
        }

        private void read(String path, Path file, long size) throws IOException {
            if (size > limits.fileBytes()) {
                throw new TransferException("'%s' has %d bytes, the limit for a file is %d MiB (--max-file-size)"
                        .formatted(path, size, limits.fileBytes() >> 20));
            }
            bytes += size;
            limits.checkTotal(bytes);
            boolean isTooLong = size > TreeLeaf.LARGEST_TEXT_BYTES && path.endsWith(".md");
            String text = isTooLong ? null : Texts.decode(Files.readAllBytes(file));
            if (isTooLong) {
                files.put(path, new IncomingFile(path, IncomingFile.Kind.TOO_LONG, null, false));
            } else if (text != null) {
                files.put(path, new IncomingFile(path, IncomingFile.Kind.TEXT, text, text.equals(before.get(path))));
            } else if (path.endsWith(".md")) {
                files.put(path, new IncomingFile(path, IncomingFile.Kind.BINARY, null, false));
            } else {
                leaveOut(path, "not UTF-8 text");
            }
        }

        private void leaveOut(String path, String why) {
            leftOut.add(path + ": " + why);
            leftOutPaths.add(path);
        }

        /** Whether a name is not what Java takes it for; if so it is kept to be refused, as git shows it. */
        private boolean isNoText(Path file) {
            Path name = file.getFileName();
            try {
                if (file.equals(folder)
                        || file.getFileSystem().getPath(name.toString()).equals(name)) {
                    return false;
                }
            } catch (InvalidPathException e) {
                // Java can't even make a path of it: its locale lacks the characters
            }
            String escaped = folder.toUri().relativize(file.toUri()).getRawPath();
            String bytes = URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            String quoted = TreePaths.quoted(bytes.getBytes(StandardCharsets.ISO_8859_1));
            files.put(quoted, new IncomingFile(quoted, IncomingFile.Kind.NAME_IS_NO_TEXT, null, false));
            return true;
        }

        private boolean isHidden(Path file) {
            return String.valueOf(file.getFileName()).startsWith(".");
        }

        private String path(Path file) {
            List<String> segments = new ArrayList<>();
            folder.relativize(file).forEach(segment -> segments.add(segment.toString()));
            return String.join("/", segments);
        }
    }

    @Override
    public SourceKind kind() {
        return SourceKind.FOLDER;
    }

    @Override
    public String description() {
        return "%d files of folder %s"
                .formatted(files.size(), folder.toAbsolutePath().normalize().getFileName());
    }

    @Override
    public List<IncomingFile> files() {
        return List.copyOf(files.values());
    }

    @Override
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    @Override
    public void replace(SortedMap<String, String> texts) throws IOException {
        SortedMap<String, String> before = filesNow(onto);
        texts.forEach((path, text) ->
                files.put(path, new IncomingFile(path, IncomingFile.Kind.TEXT, text, text.equals(before.get(path)))));
    }

    @Override
    public @Nullable String commitSha() {
        return null;
    }

    @Override
    public ImportPlan plan() throws IOException {
        onto.refresh();
        Head head = onto.head();
        SortedMap<String, String> before = filesNow(onto);
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (IncomingFile file : files.values()) {
            String now = before.get(file.path());
            if (now == null) {
                added.add(file.path());
            } else if (!now.equals(file.text())) {
                changed.add(file.path());
            }
        }
        List<String> removed = before.keySet().stream().filter(this::goes).toList();
        boolean same = added.isEmpty() && changed.isEmpty() && removed.isEmpty();
        return new ImportPlan(
                same ? ImportPlan.Way.NOTHING : ImportPlan.Way.COMMIT,
                head == null ? null : head.sha(),
                0,
                added,
                changed,
                removed,
                new TreeMap<>());
    }

    /** Whether a file that is there goes. Settings stay unless others come: clients would convert line ends without. */
    private boolean goes(String path) {
        return prune && !files.containsKey(path) && !leftOutPaths.contains(path) && !path.equals(ATTRIBUTES);
    }

    @Override
    public ImportPlan commit(Author author, Instant now, Consumer<ImportPlan> agreed) throws IOException {
        ImportPlan plan = plan();
        agreed.accept(plan);
        Outcome outcome = onto.commit(List.of(Draft.of(author, "Import " + description(), this::edit)))
                .get(0);
        if (outcome instanceof Outcome.Rejected rejected) {
            throw new TransferException(
                    "The files do not fit with those that are there, nothing was changed: "
                            + rejected.reason().getMessage(),
                    rejected.reason());
        }
        return plan;
    }

    private void edit(FileTree tree) {
        List.copyOf(tree.paths()).stream().filter(this::goes).forEach(tree::delete);
        files.forEach((path, file) -> tree.write(path, String.valueOf(file.text())));
    }

    @Override
    public void close() {
        // Everything was read.
    }
}
