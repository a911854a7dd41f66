package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/** Makes {@link LoggedCommit}s of the commits of one entry, parents before children, in whatever order they come. */
final class CommitLinker {

    private final LoggedObjects logged;
    private final Map<AnyObjectId, LoggedObject> fresh;
    private final Map<ObjectId, LoggedCommit> linked = new LinkedHashMap<>();

    CommitLinker(LoggedObjects logged, Map<AnyObjectId, LoggedObject> fresh) {
        this.logged = logged;
        this.fresh = fresh;
    }

    Collection<LoggedCommit> link() throws MalformedBundleException {
        for (LoggedObject object : fresh.values()) {
            if (object.type() == Constants.OBJ_COMMIT) {
                linkWithAncestors(object);
            }
        }
        return linked.values();
    }

    private void linkWithAncestors(LoggedObject commit) throws MalformedBundleException {
        Deque<LoggedObject> open = new ArrayDeque<>(List.of(commit));
        while (!open.isEmpty()) {
            LoggedObject next = open.element();
            RevCommit parsed = parse(next);
            List<LoggedCommit> parents = new ArrayList<>();
            boolean complete = true;
            for (RevCommit parent : parsed.getParents()) {
                LoggedCommit known = find(parent);
                if (known != null) {
                    parents.add(known);
                } else {
                    open.push(freshCommit(next, parent));
                    complete = false;
                }
            }
            if (complete) {
                open.remove();
                linked.putIfAbsent(next, new LoggedCommit(next, tree(next, parsed), parents, parsed.getCommitTime()));
            }
        }
    }

    private @Nullable LoggedCommit find(AnyObjectId id) {
        LoggedCommit here = linked.get(id);
        return here == null && logged.get(id) instanceof LoggedCommit before ? before : here;
    }

    private LoggedObject freshCommit(LoggedObject child, AnyObjectId id) throws MalformedBundleException {
        LoggedObject commit = fresh.get(id);
        if (commit == null || commit.type() != Constants.OBJ_COMMIT) {
            throw new MalformedBundleException("commit " + child.name() + " lacks its parent " + id.name());
        }
        return commit;
    }

    private LoggedObject tree(LoggedObject commit, RevCommit parsed) throws MalformedBundleException {
        LoggedObject here = fresh.get(parsed.getTree());
        LoggedObject tree = here != null ? here : logged.get(parsed.getTree());
        if (tree == null || tree.type() != Constants.OBJ_TREE) {
            throw new MalformedBundleException("commit " + commit.name() + " lacks its tree "
                    + parsed.getTree().name());
        }
        return tree;
    }

    private static RevCommit parse(LoggedObject commit) throws MalformedBundleException {
        try {
            return RevCommit.parse(commit.data());
        } catch (IOException | RuntimeException e) {
            // JGit's parser runs out of an array when a line is missing.
            throw new MalformedBundleException("commit " + commit.name() + " can't be parsed: " + e.getMessage(), e);
        }
    }
}
