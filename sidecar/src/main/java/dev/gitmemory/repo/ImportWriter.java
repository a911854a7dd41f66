package dev.gitmemory.repo;

import dev.gitmemory.log.LogState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
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
import org.jspecify.annotations.Nullable;

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
    private final SortedMap<String, String> replaced;

    ImportWriter(
            MemoryRepository onto,
            Repository view,
            ForeignRepository.Tip tip,
            SortedMap<String, ObjectId> incoming,
            SortedMap<String, String> replaced) {
        this.replaced = replaced;
        this.onto = onto;
        this.view = view;
        this.tip = tip;
        this.incoming = incoming;
    }

    ImportPlan write(String message, Author author, Instant now, Consumer<ImportPlan> agreed) throws IOException {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            onto.refresh();
            ImportPlan plan = new ImportPlanner(view, tip, incoming, replaced).plan();
            agreed.accept(plan);
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
            case WHOLE_HISTORY, FAST_FORWARD -> {
                ObjectId target = replaced.isEmpty() ? tip.commit() : commit(null, message, author, now);
                update.addCommand(new ReceiveCommand(ours, target, LogState.MAIN));
            }
            case MERGE ->
                update.addCommand(new ReceiveCommand(ours, commit(ours, message, author, now), LogState.MAIN));
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

    /** @param ours what theirs is merged with; null for a commit on top of theirs */
    private ObjectId commit(@Nullable ObjectId ours, String message, Author author, Instant now) throws IOException {
        try (RevWalk walk = new RevWalk(view);
                ObjectReader reader = view.newObjectReader();
                ObjectInserter inserter = view.newObjectInserter()) {
            RevCommit our = ours == null ? null : walk.parseCommit(ours);
            RevCommit their = walk.parseCommit(tip.commit());
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(ImportedTree.write(reader, our, their, replaced, inserter));
            commit.setParentIds(our == null ? List.of(their) : List.of(our, their));
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
