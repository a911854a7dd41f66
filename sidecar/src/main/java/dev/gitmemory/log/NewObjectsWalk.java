package dev.gitmemory.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * What an entry has to bring: the objects that new tips refer to, over any number of steps, and that the log lacks.
 *
 * <p>An object in the log has everything it refers to in the log, so the walk stops there; its cost depends on what is
 * new and not on the length of the history.
 */
final class NewObjectsWalk {

    private final LoggedObjects logged;
    private final Staging staging;
    private final Set<AnyObjectId> seen = new HashSet<>();
    private final Deque<NewObject> open = new ArrayDeque<>();

    NewObjectsWalk(LoggedObjects logged, Staging staging) {
        this.logged = logged;
        this.staging = staging;
    }

    /**
     * The new objects in a fixed order: the same tips and objects give the same list.
     *
     * @throws MissingObjectException if one is neither in the log nor staged
     */
    List<NewObject> from(Iterable<ObjectId> tips) throws MissingObjectException, CorruptObjectException {
        List<NewObject> found = new ArrayList<>();
        for (ObjectId tip : tips) {
            visit(tip, "object");
        }
        while (!open.isEmpty()) {
            NewObject next = open.remove();
            found.add(next);
            visitReferences(next);
        }
        return found;
    }

    private void visitReferences(NewObject object) throws MissingObjectException, CorruptObjectException {
        switch (object.type()) {
            case Constants.OBJ_COMMIT -> {
                RevCommit commit = RevCommit.parse(object.data());
                for (RevCommit parent : commit.getParents()) {
                    visit(parent, Constants.TYPE_COMMIT);
                }
                visit(commit.getTree(), Constants.TYPE_TREE);
            }
            case Constants.OBJ_TREE -> {
                CanonicalTreeParser entry = new CanonicalTreeParser();
                for (entry.reset(object.data()); !entry.eof(); entry.next()) {
                    if (!entry.getEntryFileMode().equals(FileMode.GITLINK)) {
                        visit(entry.getEntryObjectId(), "tree or blob");
                    }
                }
            }
            case Constants.OBJ_TAG -> visit(RevTag.parse(object.data()).getObject(), "tagged object");
            default -> {
                // A blob refers to nothing.
            }
        }
    }

    private void visit(AnyObjectId id, String what) throws MissingObjectException {
        if (logged.has(id) || !seen.add(id)) {
            return;
        }
        NewObject object = staging.get(id);
        if (object == null) {
            throw new MissingObjectException(id.copy(), what);
        }
        open.add(object);
    }
}
