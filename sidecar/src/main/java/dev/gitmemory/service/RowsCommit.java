package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.FileTree;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes an agent's rows a commit, where git takes them over. Thread-safe. */
final class RowsCommit {

    static final String ATTRIBUTES = ".gitattributes";

    /** What that file says unless somebody has written another one. */
    static final String OUR_ATTRIBUTES = "# Values are kept byte for byte: no client may convert line ends.\n* -text\n";

    private final Steps steps;

    RowsCommit(Steps steps) {
        this.steps = steps;
    }

    static String messageOfReturn(String agentId) {
        return "Return to what git had for %s".formatted(agentId);
    }

    /**
     * Commits the rows, and on top of them, in the same entry, what git had before where that is to win.
     *
     * @param before the commit whose files win; null where the rows do
     * @return what the rows, as they are now, have to be in the ledger
     */
    RepoDelta make(
            Tx tx,
            Ledger.Repo repo,
            MemoryRepository repository,
            Caller caller,
            String message,
            Iterable<Block> blocks,
            @Nullable Head before)
            throws IOException {
        String agentId = repo.agentId();
        List<Draft> drafts = new ArrayList<>();
        drafts.add(Draft.of(caller.author(), message, files -> replaceAll(files, blocks))
                .forRequest(caller.requestId())
                .withAnyPath());
        if (before != null) {
            drafts.add(Draft.of(
                            caller.author(),
                            messageOfReturn(agentId),
                            files -> restoreAll(files, before.sha(), repository))
                    .withAnyPath());
        }
        List<Outcome> outcomes = repository.commit(drafts);
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Rejected rejected) {
                throw rejected.reason();
            }
        }
        steps.reached(Steps.Step.COMMITTED, agentId);
        boolean gitWon = outcomes.size() > 1 && outcomes.get(1) instanceof Outcome.Committed;
        if (gitWon && outcomes.get(0) instanceof Outcome.Committed rows) {
            tx.ledger().markInFlight(agentId); // the second commit is still to be applied
            long entry = repository.entries() - 1;
            return RepoDelta.at(
                    repo,
                    repository,
                    new Head(rows.commit().sha(), rows.commit().seq(), entry));
        }
        return RepoDelta.everything(repo, repository, List.of());
    }

    /** Makes the files what a commit has. */
    private static void restoreAll(FileTree files, String sha, MemoryRepository repository) {
        Set<String> there;
        try {
            there = repository.paths(sha);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // as the tree itself does: the store failed, not the edit
        }
        List.copyOf(files.paths()).stream()
                .filter(path -> !there.contains(path) && !path.equals(ATTRIBUTES))
                .forEach(files::delete);
        there.forEach(path -> files.restore(path, sha));
    }

    /** Makes the blocks' files what PostgreSQL has; files that are no blocks stay. */
    private static void replaceAll(FileTree files, Iterable<Block> blocks) {
        if (!files.exists(ATTRIBUTES)) {
            files.write(ATTRIBUTES, OUR_ATTRIBUTES);
        }
        List<String> keep = new ArrayList<>();
        for (Block block : blocks) {
            String path = block.label().path();
            String old = files.exists(path) ? files.read(path) : null;
            files.write(path, old == null ? BlockMarkdown.render(block) : BlockMarkdown.rerender(old, block));
            keep.add(path);
        }
        List.copyOf(files.paths()).stream()
                .filter(p -> BlockPaths.label(p).isPresent() && !keep.contains(p))
                .forEach(files::delete);
    }
}
