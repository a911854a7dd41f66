package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefDatabase;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.jspecify.annotations.Nullable;

/** Changes one ref: a {@link LogBatchRefUpdate} of one command. */
final class LogRefUpdate extends RefUpdate {

    private final LogRefDatabase refs;
    private final LogRepository repository;

    LogRefUpdate(LogRefDatabase refs, LogRepository repository, Ref ref) {
        super(ref);
        this.refs = refs;
        this.repository = repository;
    }

    @Override
    protected RefDatabase getRefDatabase() {
        return refs;
    }

    @Override
    protected Repository getRepository() {
        return repository;
    }

    /** Needs no lock: the entry is only appended while the ref has the value noted here. */
    @Override
    protected boolean tryLock(boolean deref) {
        Ref current = refs.exactRef(name());
        setOldObjectId(current == null ? null : current.getObjectId());
        return true;
    }

    @Override
    protected void unlock() {
        // see tryLock
    }

    @Override
    protected Result doUpdate(Result desired) throws IOException {
        return execute(getNewObjectId(), desired);
    }

    @Override
    protected Result doDelete(Result desired) throws IOException {
        return execute(ObjectId.zeroId(), desired);
    }

    /** {@code HEAD} means {@code main}, and no other ref is symbolic. */
    @Override
    protected Result doLink(String target) {
        return Result.REJECTED_OTHER_REASON;
    }

    private String name() {
        return getRef().getLeaf().getName();
    }

    private Result execute(ObjectId to, Result desired) throws IOException {
        if (isDetachingSymbolicRef()) {
            return Result.REJECTED_OTHER_REASON;
        }
        @Nullable ObjectId from = getOldObjectId();
        ReceiveCommand command = new ReceiveCommand(from == null ? ObjectId.zeroId() : from, to, name());
        BatchRefUpdate batch = refs.newBatchUpdate();
        // RefUpdate has checked whether the update may be forced.
        batch.setAllowNonFastForwards(true).addCommand(command);
        try (RevWalk walk = new RevWalk(repository)) {
            batch.execute(walk, NullProgressMonitor.INSTANCE);
        }
        return switch (command.getResult()) {
            case OK -> desired;
            case LOCK_FAILURE -> Result.LOCK_FAILURE;
            case REJECTED_CURRENT_BRANCH -> Result.REJECTED_CURRENT_BRANCH;
            case REJECTED_MISSING_OBJECT -> Result.REJECTED_MISSING_OBJECT;
            default -> Result.REJECTED_OTHER_REASON;
        };
    }
}
