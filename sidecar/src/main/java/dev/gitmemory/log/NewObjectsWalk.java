package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

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
    List<NewObject> from(Iterable<ObjectId> tips) throws IOException {
        List<NewObject> found = new ArrayList<>();
        for (ObjectId tip : tips) {
            visit(tip, "object");
        }
        while (!open.isEmpty()) {
            NewObject next = open.remove();
            found.add(next);
            if (next.type() != Constants.OBJ_BLOB) {
                References.<IOException>of(next.type(), next.data(), this::visit);
            }
        }
        return found;
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
