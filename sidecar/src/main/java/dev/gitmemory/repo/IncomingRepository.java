package dev.gitmemory.repo;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** A branch with its history, and the other branches and tags, copied into a view of the repository that gets them. */
final class IncomingRepository implements Incoming {

    private final MemoryRepository onto;
    private final Repository view;
    private final Source source;
    private final ForeignRepository.Tip tip;
    private final SortedMap<String, ObjectId> refs;
    private final List<IncomingFile> files = new ArrayList<>();
    private final SortedMap<String, String> replaced = new TreeMap<>();

    private IncomingRepository(
            MemoryRepository onto,
            Repository view,
            Source source,
            ForeignRepository.Tip tip,
            SortedMap<String, ObjectId> refs) {
        this.onto = onto;
        this.view = view;
        this.source = source;
        this.tip = tip;
        this.refs = refs;
    }

    static IncomingRepository read(
            MemoryRepository onto,
            Source source,
            @Nullable String branch,
            ImportLimits limits,
            TransferProgress progress)
            throws IOException {
        Repository view = onto.jgitForImport();
        try (ForeignRepository foreign = ForeignRepository.open(source, view, limits, progress)) {
            ForeignRepository.Tip tip = foreign.tip(branch);
            SortedMap<String, ObjectId> refs = foreign.refs();
            if (refs.size() > limits.refs()) {
                throw new TransferException("it has %d branches and tags, the limit is %d; import a clone with fewer"
                        .formatted(refs.size(), limits.refs()));
            }
            List<ObjectId> wanted = new ArrayList<>(refs.values());
            wanted.add(tip.commit());
            try (ObjectReader from = foreign.repository().newObjectReader();
                    ObjectReader known = view.newObjectReader();
                    ObjectInserter into = view.newObjectInserter()) {
                BigFiles.check(from, tip.commit(), limits);
                new ObjectCopy(from, known, into, limits, progress).copy(wanted);
            }
            IncomingRepository incoming = new IncomingRepository(onto, view, source, tip, refs);
            incoming.checkBranches();
            incoming.readFiles(limits, progress);
            return incoming;
        } catch (IOException | RuntimeException e) {
            view.close();
            throw e;
        }
    }

    private void checkBranches() throws IOException {
        try (RevWalk walk = new RevWalk(view)) {
            requireCommit(walk, "HEAD", tip.commit());
            for (var ref : refs.entrySet()) {
                if (ref.getKey().startsWith(Constants.R_HEADS)) {
                    requireCommit(walk, ref.getKey(), ref.getValue());
                }
            }
        }
    }

    private static void requireCommit(RevWalk walk, String name, AnyObjectId id) throws IOException {
        RevObject object = walk.parseAny(id);
        if (object.getType() != Constants.OBJ_COMMIT) {
            throw new TransferException(name + " is not a commit but a " + Constants.typeString(object.getType()));
        }
    }

    private void readFiles(ImportLimits limits, TransferProgress progress) throws IOException {
        Head head = onto.head();
        try (RevWalk walk = new RevWalk(view);
                TreeWalk tree = new TreeWalk(walk.getObjectReader())) {
            tree.addTree(walk.parseCommit(tip.commit()).getTree());
            if (head == null) {
                tree.addTree(new EmptyTreeIterator());
            } else {
                tree.addTree(walk.parseCommit(ObjectId.fromString(head.sha())).getTree());
            }
            tree.setRecursive(true);
            while (tree.next()) {
                if (tree.getRawMode(0) != FileMode.TYPE_MISSING) {
                    files.add(file(tree));
                    if (files.size() > limits.files()) {
                        throw new TransferException("it has more than " + limits.files() + " files");
                    }
                }
                Exports.checkNotCancelled(progress);
            }
        }
    }

    private static IncomingFile file(TreeWalk tree) throws IOException {
        String path = TreePaths.text(tree);
        if (path == null) {
            return new IncomingFile(TreePaths.shown(tree), IncomingFile.Kind.NAME_IS_NO_TEXT, null, false);
        }
        FileMode mode = tree.getFileMode(0);
        if (mode.equals(FileMode.SYMLINK)) {
            return new IncomingFile(path, IncomingFile.Kind.SYMBOLIC_LINK, null, false);
        }
        if (mode.equals(FileMode.GITLINK)) {
            return new IncomingFile(path, IncomingFile.Kind.SUBMODULE, null, false);
        }
        if (tree.getObjectReader().getObjectSize(tree.getObjectId(0), Constants.OBJ_BLOB)
                > TreeLeaf.LARGEST_TEXT_BYTES) {
            return new IncomingFile(path, IncomingFile.Kind.TOO_LONG, null, isUnchanged(tree));
        }
        String text = TreeLeaf.existing(mode, tree.getObjectId(0)).textOrNull(tree.getObjectReader());
        return new IncomingFile(
                path, text == null ? IncomingFile.Kind.BINARY : IncomingFile.Kind.TEXT, text, isUnchanged(tree));
    }

    private static boolean isUnchanged(TreeWalk tree) {
        return tree.idEqual(0, 1) && tree.getRawMode(0) == tree.getRawMode(1);
    }

    @Override
    public SourceKind kind() {
        return source.kind();
    }

    @Override
    public String description() {
        String name = tip.name() == null ? "commit" : "branch " + Repository.shortenRefName(tip.name()) + " at";
        return name + " " + tip.commit().abbreviate(12).name();
    }

    @Override
    public List<IncomingFile> files() {
        return List.copyOf(files);
    }

    @Override
    public List<String> leftOut() {
        return List.of();
    }

    @Override
    public void replace(SortedMap<String, String> texts) throws IOException {
        if (texts.isEmpty()) {
            return;
        }
        Head head = onto.head();
        SortedMap<String, String> before = head == null ? new TreeMap<>() : onto.files(head.sha());
        replaced.putAll(texts);
        files.replaceAll(file -> {
            String text = texts.get(file.path());
            return text == null
                    ? file
                    : new IncomingFile(file.path(), IncomingFile.Kind.TEXT, text, text.equals(before.get(file.path())));
        });
    }

    @Override
    public String commitSha() {
        return tip.commit().name();
    }

    @Override
    public ImportPlan plan() throws IOException {
        onto.refresh();
        return new ImportPlanner(view, tip, refs, replaced).plan();
    }

    @Override
    public ImportPlan commit(Author author, Instant now, Consumer<ImportPlan> agreed) throws IOException {
        return new ImportWriter(onto, view, tip, refs, replaced).write("Import " + description(), author, now, agreed);
    }

    @Override
    public void close() {
        view.close();
    }
}
