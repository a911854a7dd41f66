package dev.gitmemory.repo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.lib.TreeFormatter;

/** Puts into a repository what a hostile push could, past all checks of paths. */
final class RawCommits {

    private static final PersonIdent PERSON =
            new PersonIdent("Eve", "eve@example.org", RepositoryFixture.NOW, ZoneOffset.UTC);

    private RawCommits() {}

    /** What is at the root of a tree; the content of a submodule is ignored. Give them in git's order. */
    record Entry(String name, FileMode mode, String content) {}

    /** A commit with exactly these files on top of main; answers its id. */
    static String commit(MemoryRepository repository, Entry... entries) throws IOException {
        try (Repository view = repository.jgit();
                ObjectInserter inserter = view.newObjectInserter()) {
            TreeFormatter tree = new TreeFormatter();
            for (Entry entry : entries) {
                ObjectId id = entry.mode().equals(FileMode.GITLINK)
                        ? ObjectId.fromString("1234567890123456789012345678901234567890")
                        : inserter.insert(Constants.OBJ_BLOB, entry.content().getBytes(StandardCharsets.UTF_8));
                tree.append(entry.name(), entry.mode(), id);
            }
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(tree));
            commit.setParentId(view.resolve("refs/heads/main"));
            commit.setAuthor(PERSON);
            commit.setCommitter(PERSON);
            commit.setMessage("Evil");
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            update(view, "refs/heads/main", id);
            return id.name();
        }
    }

    /** Makes or moves a ref. */
    static void ref(MemoryRepository repository, String name, String target) throws IOException {
        try (Repository view = repository.jgit()) {
            update(view, name, ObjectId.fromString(target));
        }
    }

    /** An annotated tag; answers the tag object's id. */
    static String tag(MemoryRepository repository, String name, String target) throws IOException {
        try (Repository view = repository.jgit();
                ObjectInserter inserter = view.newObjectInserter()) {
            TagBuilder tag = new TagBuilder();
            tag.setTag(name);
            tag.setObjectId(ObjectId.fromString(target), Constants.OBJ_COMMIT);
            tag.setTagger(PERSON);
            tag.setMessage("Tag " + name);
            ObjectId id = inserter.insert(tag);
            inserter.flush();
            update(view, "refs/tags/" + name, id);
            return id.name();
        }
    }

    private static void update(Repository view, String name, ObjectId id) throws IOException {
        RefUpdate update = view.updateRef(name);
        update.setNewObjectId(id);
        RefUpdate.Result result = update.update();
        if (result != RefUpdate.Result.NEW && result != RefUpdate.Result.FAST_FORWARD) {
            throw new AssertionError(name + ": " + result);
        }
    }
}
