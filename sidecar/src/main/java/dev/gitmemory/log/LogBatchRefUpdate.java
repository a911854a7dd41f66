package dev.gitmemory.log;

import java.io.IOException;
import java.util.List;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.RefDatabase;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.jspecify.annotations.Nullable;

/**
 * Changes refs by one entry of the log. When another entry comes first, the commands are judged again on top of it:
 * those whose refs it has not touched still succeed.
 */
final class LogBatchRefUpdate extends BatchRefUpdate {

    private final BundleLog log;
    private final Staging staging;

    LogBatchRefUpdate(RefDatabase refs, BundleLog log, Staging staging) {
        super(refs);
        this.log = log;
        this.staging = staging;
    }

    @Override
    public void execute(RevWalk walk, ProgressMonitor monitor, @Nullable List<String> options) throws IOException {
        if (options != null) {
            setPushOptions(options);
        }
        for (int attempt = 0; attempt < BundleLog.MOST_ATTEMPTS; attempt++) {
            LogState on = log.state();
            RefChanges changes = new RefChanges(on, walk, isAllowNonFastForwards());
            changes.judge(getCommands());
            if (isAtomic() && changes.accepted().size() < getCommands().size()) {
                ReceiveCommand.abort(getCommands());
                return;
            }
            if (changes.accepted().isEmpty()) {
                return;
            }
            try {
                if (log.append(on, changes.refs(), staging) != null) {
                    changes.accepted().forEach(command -> command.setResult(ReceiveCommand.Result.OK));
                    return;
                }
            } catch (EntryTooLargeException e) {
                changes.accepted()
                        .forEach(command ->
                                command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, e.getMessage()));
                return;
            }
        }
        throw new LogContendedException(log.name(), BundleLog.MOST_ATTEMPTS);
    }
}
