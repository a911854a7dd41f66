package dev.gitmemory.repo;

import dev.gitmemory.log.LogState;
import java.io.IOException;
import java.time.Instant;
import java.util.SortedMap;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;

/**
 * Carries out what {@link ImportPlanner} plans: all refs change in one entry of the log. When somebody else's commit
 * comes first it is planned anew, on top of that.
 */
final class ImportWriter {

    private static final int MOST_ATTEMPTS = 20;

    private final MemoryRepository onto;
    private final Repository view;
    private final ForeignRepository.Tip tip;
    private final SortedMap<String, ObjectId> incoming;

    ImportWriter(
            MemoryRepository onto, Repository view, ForeignRepository.Tip tip, SortedMap<String, ObjectId> incoming) {
        this.onto = onto;
        this.view = view;
        this.tip = tip;
        this.incoming = incoming;
    }

    ImportPlan write(String message, Author author, Instant now) throws IOException {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            onto.refresh();
            ImportPlan plan = new ImportPlanner(view, tip, incoming).plan();
            if (plan.isEmpty() || tryWrite(plan, message, author, now)) {
                return plan;
            }
        }
        throw new TransferException("Others kept changing the repository of agent %s; nothing was imported, try again"
                .formatted(onto.id().agentId()));
    }

    private boolean tryWrite(ImportPlan plan, String message, Author author, Instant now) throws IOException {
        BatchRefUpdate update = view.getRefDatabase().newBatchUpdate();
        update.setAtomic(true);
        ObjectId ours = plan.headSha() == null ? ObjectId.zeroId() : ObjectId.fromString(plan.headSha());
        switch (plan.way()) {
            case WHOLE_HISTORY, FAST_FORWARD ->
                update.addCommand(new ReceiveCommand(ours, tip.commit(), LogState.MAIN));
            case MERGE -> update.addCommand(new ReceiveCommand(ours, merge(ours, message, author, now), LogState.MAIN));
            default -> {
                // main stays.
            }
        }
        plan.refs()
                .forEach((name, id) ->
                        update.addCommand(new ReceiveCommand(ObjectId.zeroId(), ObjectId.fromString(id), name)));
        try (RevWalk walk = new RevWalk(view)) {
            update.execute(walk, NullProgressMonitor.INSTANCE);
        }
        for (ReceiveCommand command : update.getCommands()) {
            switch (command.getResult()) {
                case OK -> {
                    // as wanted
                }
                case LOCK_FAILURE -> {
                    return false;
                }
                default -> {
                    if (!ReceiveCommand.isTransactionAborted(command)) {
                        throw new TransferException("The ref %s can't be imported, nothing was changed%s"
                                .formatted(command.getRefName(), reason(command)));
                    }
                }
            }
        }
        return update.getCommands().stream().allMatch(c -> c.getResult() == ReceiveCommand.Result.OK);
    }

    /** What was said of it; the kind of result is a constant of a library. */
    static String reason(ReceiveCommand command) {
        return command.getMessage() == null || command.getMessage().isBlank() ? "" : ": " + command.getMessage();
    }

    private ObjectId merge(ObjectId ours, String message, Author author, Instant now) throws IOException {
        try (RevWalk walk = new RevWalk(view);
                ObjectReader reader = view.newObjectReader();
                ObjectInserter inserter = view.newObjectInserter()) {
            RevCommit our = walk.parseCommit(ours);
            RevCommit their = walk.parseCommit(tip.commit());
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(ImportPlanner.mergedTree(reader, our, their, inserter));
            commit.setParentIds(our, their);
            commit.setAuthor(CommitText.author(author, now));
            commit.setCommitter(CommitText.committer(now));
            commit.setMessage(CommitText.write(message, author, null));
            onto.prove(commit);
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return id;
        }
    }
}
