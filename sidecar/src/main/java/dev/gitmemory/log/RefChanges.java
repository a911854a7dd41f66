package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;

/** Judges the commands of a ref update against one state of the log, and makes the refs that result from it. */
final class RefChanges {

    private final SortedMap<String, ObjectId> refs;
    private final RevWalk walk;
    private final boolean forceAllowed;
    private final List<ReceiveCommand> accepted = new ArrayList<>();

    RefChanges(LogState on, RevWalk walk, boolean forceAllowed) {
        this.refs = on.targets();
        this.walk = walk;
        this.forceAllowed = forceAllowed;
    }

    /** Deletes first, which may make room for a name; a command that can't be accepted gets its result set. */
    void judge(List<ReceiveCommand> commands) throws IOException {
        for (ReceiveCommand command : commands) {
            if (isPending(command) && command.getType() == ReceiveCommand.Type.DELETE) {
                delete(command);
            }
        }
        for (ReceiveCommand command : commands) {
            if (isPending(command) && command.getType() != ReceiveCommand.Type.DELETE) {
                update(command);
            }
        }
        if (!accepted.isEmpty() && !refs.containsKey(LogState.MAIN)) {
            accepted.forEach(c -> c.setResult(
                    Result.REJECTED_OTHER_REASON, "this repository is empty; push main first, or together with this"));
            accepted.clear();
        }
    }

    List<ReceiveCommand> accepted() {
        return accepted;
    }

    SortedMap<String, ObjectId> refs() {
        return refs;
    }

    private static boolean isPending(ReceiveCommand command) {
        return command.getResult() == Result.NOT_ATTEMPTED;
    }

    private void delete(ReceiveCommand command) {
        String name = command.getRefName();
        ObjectId current = current(name);
        // Git sends a zero id to delete whatever is there.
        if (!command.getOldId().equals(ObjectId.zeroId()) && !command.getOldId().equals(current)) {
            command.setResult(Result.LOCK_FAILURE);
        } else if (name.equals(LogState.MAIN)) {
            command.setResult(Result.REJECTED_CURRENT_BRANCH);
        } else {
            refs.remove(name);
            accepted.add(command);
        }
    }

    private void update(ReceiveCommand command) throws IOException {
        String name = command.getRefName();
        if (!name.startsWith(Constants.R_REFS) || !Repository.isValidRefName(name)) {
            command.setResult(Result.REJECTED_OTHER_REASON, "funny refname");
        } else if (Owner.isReserved(name)) {
            command.setResult(Result.REJECTED_OTHER_REASON, "refs/git-memory is for git-memory's own use");
        } else if (!command.getOldId().equals(current(name))) {
            command.setResult(Result.LOCK_FAILURE);
        } else if (conflicts(name)) {
            command.setResult(Result.REJECTED_OTHER_REASON, "another ref is above or below this name");
        } else if (isAcceptable(command)) {
            refs.put(name, command.getNewId());
            accepted.add(command);
        }
    }

    private boolean isAcceptable(ReceiveCommand command) throws IOException {
        try {
            RevObject target = walk.parseAny(command.getNewId());
            if (command.getRefName().startsWith(Constants.R_HEADS) && !(target instanceof RevCommit)) {
                command.setResult(Result.REJECTED_OTHER_REASON, "a branch must point to a commit");
                return false;
            }
            command.updateType(walk);
        } catch (MissingObjectException e) {
            command.setResult(Result.REJECTED_MISSING_OBJECT, e.getObjectId().name());
            return false;
        }
        if (command.getType() != ReceiveCommand.Type.UPDATE_NONFASTFORWARD) {
            return true;
        }
        if (command.getRefName().equals(LogState.MAIN)) {
            // By force commits would be gone that were acknowledged, and rows that came from them.
            command.setResult(
                    Result.REJECTED_OTHER_REASON,
                    "main is never rewritten; fetch, and commit on top of it (or restore an earlier state by a new commit)");
            return false;
        }
        if (!forceAllowed) {
            command.setResult(Result.REJECTED_NONFASTFORWARD);
        }
        return forceAllowed;
    }

    private ObjectId current(String name) {
        return refs.getOrDefault(name, ObjectId.zeroId());
    }

    /** A name can't be that of a ref and of a folder of refs, in any git client. */
    private boolean conflicts(String name) {
        for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
            if (refs.containsKey(name.substring(0, slash))) {
                return true;
            }
        }
        String folder = name + "/";
        SortedMap<String, ObjectId> behind = refs.tailMap(folder);
        return !behind.isEmpty() && behind.firstKey().startsWith(folder);
    }
}
