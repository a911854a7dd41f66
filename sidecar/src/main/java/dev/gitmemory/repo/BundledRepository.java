package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LogState;
import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/** A {@link MemoryRepository} in a bundle log. */
final class BundledRepository implements MemoryRepository {

    private final RepoId id;
    private final BundleLog log;
    private final CommitMac mac;
    private final PathPolicy newPaths;
    private final Committer committer;

    BundledRepository(RepoId id, BundleLog log, Clock clock, CommitKey key, PathPolicy newPaths) {
        this.id = id;
        this.log = log;
        this.mac = new CommitMac(key, id);
        this.newPaths = newPaths;
        this.committer = new Committer(log, clock, mac, newPaths);
    }

    @Override
    public RepoId id() {
        return id;
    }

    @Override
    public PathPolicy newPaths() {
        return newPaths;
    }

    @Override
    public @Nullable Head head() {
        return head(log.state());
    }

    @Override
    public @Nullable Head refresh() throws IOException {
        return head(log.refresh());
    }

    private @Nullable Head head(LogState state) {
        ObjectId sha = state.head();
        return sha == null
                ? null
                : new Head(sha.name(), Revisions.commit(log, sha.name()).generation(), state.entry());
    }

    @Override
    public List<Outcome> commit(List<Draft> drafts) throws IOException {
        return committer.commit(drafts);
    }

    @Override
    public String resolve(String revision) {
        return Revisions.resolve(log, revision).name();
    }

    @Override
    public SortedMap<String, String> files(String sha) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return CommitReader.files(Revisions.commit(log, sha), reader);
        }
    }

    @Override
    public SortedSet<String> paths(String sha) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return new TreeEditor(log, reader, Revisions.commit(log, sha).tree()).paths();
        }
    }

    @Override
    public @Nullable String file(String sha, String path) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            TreeLeaf leaf = CommitReader.find(Revisions.commit(log, sha), path, reader);
            return leaf == null ? null : leaf.text(path, reader);
        }
    }

    @Override
    public @Nullable CommitInfo find(Draft.Mark mark) throws IOException {
        ObjectId head = log.state().head();
        if (head == null) {
            return null;
        }
        try (ObjectReader reader = log.newReader()) {
            LoggedCommit found = MarkedCommits.find(Revisions.commit(log, head.name()), mark, reader, mac);
            return found == null ? null : CommitReader.info(found, reader, mac);
        }
    }

    @Override
    public boolean hasCommit(String sha) {
        return ObjectId.isId(sha) && log.commit(ObjectId.fromString(sha)) != null;
    }

    @Override
    public long generation(String sha) {
        return Revisions.commit(log, sha).generation();
    }

    @Override
    public CommitInfo info(String sha) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return CommitReader.info(Revisions.commit(log, sha), reader, mac);
        }
    }

    @Override
    public CommitPage history(String fromSha, @Nullable String path, int limit, @Nullable String before)
            throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return new History(log, reader, mac).page(Revisions.commit(log, fromSha), path, limit, before);
        }
    }

    @Override
    public List<FileChange> diff(@Nullable String fromSha, String toSha, @Nullable String path) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            ObjectId from =
                    fromSha == null ? null : Revisions.commit(log, fromSha).tree();
            return TreeDiff.changes(reader, from, Revisions.commit(log, toSha).tree(), path);
        }
    }

    @Override
    public Changes changesSince(@Nullable String baseSha, String headSha) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return new ChangeFinder(
                            reader,
                            mac,
                            baseSha == null ? null : Revisions.commit(log, baseSha),
                            Revisions.commit(log, headSha))
                    .find();
        }
    }

    @Override
    public boolean checkpoint() throws IOException {
        return log.checkpoint();
    }

    @Override
    public long entries() {
        return log.state().entry();
    }

    @Override
    public long commits() {
        return log.commits();
    }

    @Override
    public long bytes() {
        return log.bytes();
    }

    @Override
    public void prove(CommitBuilder commit) throws IOException {
        mac.addTo(commit);
    }

    @Override
    public Repository jgit() {
        return log.newRepository();
    }

    @Override
    public Repository jgitForImport() {
        return log.newSpoolingRepository();
    }
}
