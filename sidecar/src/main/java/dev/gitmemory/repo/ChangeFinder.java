package dev.gitmemory.repo;

import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * Finds what happened between two commits.
 *
 * <h2>Which files</h2>
 *
 * Commits are visited by descending generation, from both ends at once, until a single one is left to visit and no line
 * of history has ended: every way from either end leads through that one. A file that no visited commit touched,
 * compared with each of its parents, was then last touched behind that one, for both ends, by the same commit and with
 * the same content. So the files touched by visited commits are all that can differ. When the base is an ancestor and
 * there are no merges, the visited commits are those after the base, however long the history is.
 *
 * <h2>Last touched by whom</h2>
 *
 * The files are carried back from the newer end together. At each commit, one that differs from all parents was touched
 * there; one that equals a parent goes on to the first such parent, as {@code git log -1 -- path} does. Lines of
 * history that part carry their own files and meet again, since a commit is only left when all its children are done.
 */
final class ChangeFinder {

    private static final Comparator<LoggedCommit> CHILDREN_FIRST =
            Comparator.<LoggedCommit>comparingInt(c -> -c.generation()).thenComparing(Comparator.naturalOrder());

    private final ObjectReader reader;
    private final CommitMac mac;
    private final @Nullable LoggedCommit base;
    private final LoggedCommit head;
    private final Map<LoggedCommit, List<Set<String>>> touched = new HashMap<>();

    ChangeFinder(ObjectReader reader, CommitMac mac, @Nullable LoggedCommit base, LoggedCommit head) {
        this.reader = reader;
        this.mac = mac;
        this.base = base;
        this.head = head;
    }

    Changes find() throws IOException {
        List<LoggedCommit> fresh = new ArrayList<>();
        Set<String> paths = new HashSet<>();
        visit(fresh, paths);
        List<CommitInfo> commits = new ArrayList<>();
        for (int i = fresh.size() - 1; i >= 0; i--) {
            commits.add(CommitReader.info(fresh.get(i), reader, mac));
        }
        List<ChangedFile> files = new ArrayList<>();
        for (var file : lastTouched(paths).entrySet()) {
            files.add(changedFile(file.getKey(), file.getValue()));
        }
        return new Changes(base == null ? null : base.name(), head.name(), commits, files);
    }

    /** Collects the commits that only the head has, children first, and the paths that can differ. */
    private void visit(List<LoggedCommit> fresh, Set<String> paths) throws IOException {
        PriorityQueue<LoggedCommit> open = new PriorityQueue<>(CHILDREN_FIRST);
        Set<ObjectId> seen = new HashSet<>(Set.of(head));
        Set<ObjectId> ofBase = new HashSet<>();
        open.add(head);
        if (base != null) {
            ofBase.add(base);
            if (seen.add(base)) {
                open.add(base);
            }
        }
        boolean hasLineEnded = false;
        while (!open.isEmpty()) {
            LoggedCommit commit = open.remove();
            boolean isOfBase = ofBase.contains(commit);
            if (open.isEmpty() && isOfBase && !hasLineEnded) {
                return;
            }
            hasLineEnded |= commit.parents().isEmpty();
            if (!isOfBase) {
                fresh.add(commit);
            }
            touched(commit).forEach(paths::addAll);
            for (LoggedCommit parent : commit.parents()) {
                if (isOfBase) {
                    ofBase.add(parent);
                }
                if (seen.add(parent)) {
                    open.add(parent);
                }
            }
        }
    }

    private SortedMap<String, ObjectId> lastTouched(Set<String> paths) throws IOException {
        SortedMap<String, ObjectId> found = new TreeMap<>();
        SortedMap<LoggedCommit, Set<String>> carried = new TreeMap<>(CHILDREN_FIRST);
        if (!paths.isEmpty()) {
            carried.put(head, paths);
        }
        while (!carried.isEmpty()) {
            LoggedCommit commit = carried.firstKey();
            List<Set<String>> differing = touched(commit);
            for (String path : carried.remove(commit)) {
                int same = firstWithout(path, differing);
                if (same < 0) {
                    found.put(path, commit);
                } else if (same < commit.parents().size()) {
                    carried.computeIfAbsent(commit.parents().get(same), c -> new HashSet<>())
                            .add(path);
                } else {
                    found.put(path, head); // this line of history never had it
                }
            }
        }
        return found;
    }

    /** The first parent that equals the commit at {@code path}; for a root commit, which equals nothing, 0 parents. */
    private static int firstWithout(String path, List<Set<String>> differing) {
        for (int i = 0; i < differing.size(); i++) {
            if (!differing.get(i).contains(path)) {
                return i;
            }
        }
        return -1;
    }

    /** For each parent the paths that differ from it; for a root commit those that differ from nothing. */
    private List<Set<String>> touched(LoggedCommit commit) throws IOException {
        List<Set<String>> known = touched.get(commit);
        if (known == null) {
            known = new ArrayList<>();
            for (LoggedCommit parent : commit.parents()) {
                known.add(TreeDiff.paths(reader, parent.tree(), commit.tree()));
            }
            if (known.isEmpty()) {
                known.add(TreeDiff.paths(reader, null, commit.tree()));
            }
            touched.put(commit, known);
        }
        return known;
    }

    private ChangedFile changedFile(String path, ObjectId lastTouched) throws IOException {
        TreeLeaf leaf = CommitReader.find(head, path, reader);
        if (leaf == null) {
            return new ChangedFile(path, ChangedFile.Kind.DELETED, null, lastTouched.name());
        }
        String text = leaf.textOrNull(reader);
        ChangedFile.Kind kind = text == null ? ChangedFile.Kind.OTHER : ChangedFile.Kind.TEXT;
        return new ChangedFile(path, kind, text, lastTouched.name());
    }
}
