package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LogState;
import dev.gitmemory.log.LoggedCommit;
import dev.gitmemory.log.Staging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.UUID;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** Drafts turned into a chain of commits on top of one state of the log, staged and not in the log yet. */
final class CommitChain {

    /** A draft that became a commit, did nothing, threw, or had been committed before. */
    private record Link(
            @Nullable ObjectId commit,
            @Nullable ObjectId unchangedAt,
            @Nullable RuntimeException rejected,
            @Nullable ObjectId found) {}

    private final BundleLog log;
    private final CommitMac mac;
    private final PathPolicy newPaths;
    private final LogState base;
    private final Staging staging;
    private final List<Link> links = new ArrayList<>();
    private final Map<UUID, ObjectId> marked = new HashMap<>();
    private @Nullable ObjectId tip;
    private @Nullable ObjectId tipTree;

    CommitChain(BundleLog log, CommitMac mac, PathPolicy newPaths) {
        this.log = log;
        this.mac = mac;
        this.newPaths = newPaths;
        this.base = log.state();
        this.staging = log.stage();
        this.tip = base.head();
        this.tipTree = tip == null ? null : logged(tip).tree();
    }

    /** Applies the drafts in their order. */
    void add(List<Draft> drafts, Instant now) throws IOException {
        try (ObjectInserter inserter = staging.newInserter();
                ObjectReader reader = inserter.newReader()) {
            for (Draft draft : drafts) {
                links.add(link(draft, now, inserter, reader));
            }
            inserter.flush();
        }
    }

    private Link link(Draft draft, Instant now, ObjectInserter inserter, ObjectReader reader) throws IOException {
        ObjectId found = draft.mark() == null ? null : find(draft.mark(), reader);
        if (found != null) {
            return new Link(null, null, null, found);
        }
        TreeEditor files = new TreeEditor(log, reader, tipTree);
        try {
            draft.edit().apply(files);
            if (!files.brought().isEmpty() && !draft.anyPath()) {
                newPaths.require(files.pathsBefore(), files.paths());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the store failed, not the draft
        } catch (RuntimeException e) {
            return new Link(null, null, e, null);
        }
        if (tipTree == null && files.paths().isEmpty()) {
            return new Link(null, null, null, null);
        }
        ObjectId tree = files.write(inserter);
        if (tree.equals(tipTree)) {
            return new Link(null, tip, null, null);
        }
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        if (tip != null) {
            commit.setParentId(tip);
        }
        commit.setAuthor(CommitText.author(draft.author(), draft.at() == null ? now : draft.at()));
        commit.setCommitter(CommitText.committer(now));
        commit.setMessage(CommitText.write(draft.message(), draft.author(), draft.requestId()));
        mac.addTo(commit); // last: it covers all of the above
        tip = inserter.insert(commit);
        tipTree = tree;
        if (draft.mark() != null) {
            marked.put(draft.mark().requestId(), tip);
        }
        return new Link(tip, null, null, null);
    }

    /** The commit that has the mark already, in the log or in this chain. */
    private @Nullable ObjectId find(Draft.Mark mark, ObjectReader reader) throws IOException {
        ObjectId own = marked.get(mark.requestId());
        if (own != null || base.head() == null) {
            return own;
        }
        return MarkedCommits.find(logged(base.head()), mark, reader, mac);
    }

    /** Whether there is nothing to write. */
    boolean isEmpty() {
        return links.stream().allMatch(link -> link.commit() == null);
    }

    /** The state that the chain is on top of. */
    LogState base() {
        return base;
    }

    /** Appends the chain to the log; false if another entry came first and nothing was written. */
    boolean append() throws IOException {
        SortedMap<String, ObjectId> refs = base.targets();
        refs.put(LogState.MAIN, Objects.requireNonNull(tip));
        return log.append(base, refs, staging) != null;
    }

    /**
     * What became of the drafts from {@code begin} to before {@code end}, once the chain is in the log or there was
     * nothing to write. May be called by any thread then.
     */
    List<Outcome> outcomes(int begin, int end) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        try (ObjectReader reader = log.newReader()) {
            for (Link link : links.subList(begin, end)) {
                outcomes.add(outcome(link, reader));
            }
        }
        return outcomes;
    }

    private Outcome outcome(Link link, ObjectReader reader) throws IOException {
        if (link.rejected() != null) {
            return new Outcome.Rejected(link.rejected());
        }
        if (link.found() != null) {
            return new Outcome.Found(CommitReader.info(logged(link.found()), reader, mac));
        }
        if (link.commit() == null) {
            return new Outcome.Unchanged(
                    link.unchangedAt() == null ? null : link.unchangedAt().name());
        }
        return new Outcome.Committed(CommitReader.info(logged(link.commit()), reader, mac));
    }

    private LoggedCommit logged(ObjectId id) {
        return Revisions.commit(log, id.name());
    }
}
