package dev.gitmemory.repo;

import dev.gitmemory.log.LogState;
import dev.gitmemory.repo.ImportPlan.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of imported commits and refs. Ours are never moved but forwards: a branch or tag that we have and
 * that points elsewhere there comes in as {@code refs/imported/<id>/<name>}, a name that is the same each time.
 */
final class ImportPlanner {

    private static final String IMPORTED = "refs/imported/";
    private static final String ATTRIBUTES = ".gitattributes";
    private static final int ID_DIGITS = 12;

    private final Repository view;
    private final ForeignRepository.Tip tip;
    private final SortedMap<String, ObjectId> incoming;
    private final SortedMap<String, String> replaced;

    /**
     * @param view has the imported objects, and our refs
     * @param replaced texts by path that files get on their way in
     */
    ImportPlanner(
            Repository view,
            ForeignRepository.Tip tip,
            SortedMap<String, ObjectId> incoming,
            SortedMap<String, String> replaced) {
        this.replaced = replaced;
        this.view = view;
        this.tip = tip;
        this.incoming = incoming;
    }

    ImportPlan plan() throws IOException {
        Ref main = view.exactRef(LogState.MAIN);
        try (RevWalk walk = new RevWalk(view)) {
            RevCommit theirs = walk.parseCommit(tip.commit());
            RevCommit ours = main == null ? null : walk.parseCommit(main.getObjectId());
            Way way = way(walk, ours, theirs);
            List<String> added = new ArrayList<>();
            List<String> changed = new ArrayList<>();
            List<String> removed = new ArrayList<>();
            if (way != Way.NOTHING) {
                compare(walk.getObjectReader(), ours, theirs, way, added, changed, removed);
            }
            return new ImportPlan(
                    way,
                    ours == null ? null : ours.name(),
                    way == Way.NOTHING ? 0 : count(ours),
                    added,
                    changed,
                    removed,
                    newRefs());
        }
    }

    private static Way way(RevWalk walk, @Nullable RevCommit ours, RevCommit theirs) throws IOException {
        if (ours == null) {
            return Way.WHOLE_HISTORY;
        }
        if (walk.isMergedInto(theirs, ours)) {
            return Way.NOTHING;
        }
        return walk.isMergedInto(ours, theirs) ? Way.FAST_FORWARD : Way.MERGE;
    }

    private int count(@Nullable RevCommit ours) throws IOException {
        try (RevWalk walk = new RevWalk(view)) {
            walk.markStart(walk.parseCommit(tip.commit()));
            if (ours != null) {
                walk.markUninteresting(walk.parseCommit(ours));
            }
            int count = 0;
            while (walk.next() != null) {
                count++;
            }
            return count;
        }
    }

    private void compare(
            ObjectReader reader,
            @Nullable RevCommit ours,
            RevCommit theirs,
            Way way,
            List<String> added,
            List<String> changed,
            List<String> removed)
            throws IOException {
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(
                    ours == null ? new EmptyTreeIterator() : new CanonicalTreeParser(null, reader, ours.getTree()));
            walk.addTree(theirs.getTree());
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                String path = TreePaths.shown(walk);
                if (walk.getRawMode(0) == FileMode.TYPE_MISSING) {
                    added.add(path);
                } else if (walk.getRawMode(1) != FileMode.TYPE_MISSING) {
                    if (!isReplacedByOurs(path, walk.getObjectId(0))) {
                        changed.add(path);
                    }
                } else if (way != Way.MERGE || !path.equals(ATTRIBUTES)) {
                    removed.add(path);
                }
            }
        }
    }

    private boolean isReplacedByOurs(String path, ObjectId ours) {
        String text = replaced.get(path);
        try (ObjectInserter.Formatter ids = new ObjectInserter.Formatter()) {
            return text != null && ours.equals(ids.idFor(Constants.OBJ_BLOB, Texts.encode(path, text)));
        }
    }

    private SortedMap<String, String> newRefs() throws IOException {
        SortedMap<String, ObjectId> ours = new TreeMap<>();
        for (Ref ref : view.getRefDatabase().getRefs()) {
            if (!ref.isSymbolic()) {
                ours.put(ref.getName(), ref.getObjectId());
            }
        }
        SortedMap<String, String> fresh = new TreeMap<>();
        for (Map.Entry<String, ObjectId> ref : incoming.entrySet()) {
            if (!ref.getKey().equals(tip.name()) && !ref.getValue().equals(ours.get(ref.getKey()))) {
                String name = isFree(ref.getKey(), ours) ? ref.getKey() : imported(ref.getKey(), ref.getValue());
                if (isFree(name, ours)) {
                    ours.put(name, ref.getValue());
                    fresh.put(name, ref.getValue().name());
                }
            }
        }
        return fresh;
    }

    private static String imported(String name, ObjectId id) {
        return IMPORTED + id.abbreviate(ID_DIGITS).name() + "/" + name.substring(Constants.R_REFS.length());
    }

    /** Whether no ref has the name, none is above and none below it. {@code main} is never free: it is what we move. */
    private static boolean isFree(String name, SortedMap<String, ObjectId> ours) {
        if (name.equals(LogState.MAIN) || ours.containsKey(name)) {
            return false;
        }
        for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
            String above = name.substring(0, slash);
            if (above.equals(LogState.MAIN) || ours.containsKey(above)) {
                return false;
            }
        }
        SortedMap<String, ObjectId> below = ours.tailMap(name + "/");
        return below.isEmpty() || !below.firstKey().startsWith(name + "/");
    }
}
