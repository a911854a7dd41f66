package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefRename;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;

/** Renames a ref: its old name goes and its new name comes in one entry. */
final class LogRefRename extends RefRename {

    private final BatchRefUpdate batch;
    private final LogRepository repository;

    LogRefRename(RefUpdate from, RefUpdate to, BatchRefUpdate batch, LogRepository repository) {
        super(from, to);
        this.batch = batch;
        this.repository = repository;
    }

    @Override
    protected RefUpdate.Result doRename() throws IOException {
        ObjectId id = source.getRef().getObjectId();
        if (id == null) {
            return RefUpdate.Result.NOT_ATTEMPTED;
        }
        batch.setAtomic(true)
                .addCommand(
                        new ReceiveCommand(id, ObjectId.zeroId(), source.getName()),
                        new ReceiveCommand(ObjectId.zeroId(), id, destination.getName()));
        try (RevWalk walk = new RevWalk(repository)) {
            batch.execute(walk, NullProgressMonitor.INSTANCE);
        }
        boolean renamed = batch.getCommands().stream().allMatch(c -> c.getResult() == ReceiveCommand.Result.OK);
        return renamed ? RefUpdate.Result.RENAMED : RefUpdate.Result.REJECTED;
    }
}
