package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/** Logs under the prefix {@code org/agent/repo.git}, and entries to append. */
final class LogFixture {

    static final String PREFIX = "org/agent/repo.git";

    static final PersonIdent PERSON =
            new PersonIdent("Pat", "pat@example.org", Instant.ofEpochSecond(1_772_000_000), ZoneOffset.UTC);

    private LogFixture() {}

    static BundleLog open(ObjectStore store) throws IOException {
        return BundleLog.open(store, PREFIX, Runnable::run, 4, log -> {});
    }

    static String key(long number) {
        return PREFIX + "/log/%020d.bundle".formatted(number);
    }

    /** A commit with one file, {@code note.md}, on top of {@code parent}; staged only. */
    static ObjectId stageCommit(Staging staging, @Nullable ObjectId parent, String content) throws IOException {
        try (ObjectInserter inserter = staging.newInserter()) {
            TreeFormatter tree = new TreeFormatter();
            tree.append(
                    "note.md",
                    FileMode.REGULAR_FILE,
                    inserter.insert(Constants.OBJ_BLOB, content.getBytes(StandardCharsets.UTF_8)));
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(tree));
            if (parent != null) {
                commit.setParentId(parent);
            }
            commit.setAuthor(PERSON);
            commit.setCommitter(PERSON);
            commit.setMessage("Write " + content);
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return id;
        }
    }

    static ObjectId stageTag(Staging staging, ObjectId target, String name) throws IOException {
        try (ObjectInserter inserter = staging.newInserter()) {
            TagBuilder tag = new TagBuilder();
            tag.setObjectId(target, Constants.OBJ_COMMIT);
            tag.setTag(name);
            tag.setTagger(PERSON);
            tag.setMessage("Tag " + name);
            ObjectId id = inserter.insert(tag);
            inserter.flush();
            return id;
        }
    }

    /** What makes two states of different instances the same; JGit's refs have no equals. */
    static List<Object> facts(LogState state) {
        return List.of(state.entry(), state.digest(), state.targets(), state.tips());
    }

    /** The id of {@code note.md} in a commit. */
    static ObjectId noteOf(BundleLog log, LoggedCommit commit) throws IOException {
        try (ObjectReader reader = log.newReader()) {
            return new CanonicalTreeParser(null, reader, commit.tree()).getEntryObjectId();
        }
    }

    /** Appends a commit to main; null if another entry came first. */
    static @Nullable LogState tryAppend(BundleLog log, String content) throws IOException {
        LogState on = log.state();
        Staging staging = log.stage();
        SortedMap<String, ObjectId> refs = on.targets();
        refs.put(LogState.MAIN, stageCommit(staging, on.head(), content));
        return log.append(on, refs, staging);
    }

    /** Appends a commit to main. */
    static LogState append(BundleLog log, String content) throws IOException {
        LogState state = tryAppend(log, content);
        if (state == null) {
            throw new AssertionError("Another entry came first");
        }
        return state;
    }
}
