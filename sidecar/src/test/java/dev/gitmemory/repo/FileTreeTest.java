package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileTreeTest {

    /** One step of an edit: writes the content, or deletes if it is empty. */
    record Step(String path, String content) {}

    private final MemoryRepository repository;

    FileTreeTest() throws IOException {
        this.repository = RepositoryFixture.open(Stores.open("memory:"));
    }

    @Property(tries = 200)
    void anyEditsGiveTheTreeThatGitGivesTheseFiles(@ForAll("edits") List<List<Step>> edits) throws IOException {
        MemoryRepository fresh = RepositoryFixture.open(Stores.open("memory:"));
        SortedMap<String, String> model = new TreeMap<>();
        for (List<Step> edit : edits) {
            fresh.commit(List.of(Draft.of(AGENT, "Edit", files -> edit.forEach(step -> apply(step, files, model)))));
            if (fresh.head() != null) {
                assertThat(fresh.files(headSha(fresh))).isEqualTo(model);
                assertThat(treeOf(fresh)).isEqualTo(gitsTree(model));
            }
        }
    }

    private static void apply(Step step, FileTree files, SortedMap<String, String> model) {
        assertThat(files.paths()).isEqualTo(model.keySet());
        assertThat(files.read(step.path())).isEqualTo(model.get(step.path()));
        assertThat(files.exists(step.path())).isEqualTo(model.containsKey(step.path()));
        if (step.content().isEmpty()) {
            files.delete(step.path());
            model.remove(step.path());
        } else if (model.keySet().stream().anyMatch(path -> isAbove(path, step.path()) || isAbove(step.path(), path))) {
            assertThatThrownBy(() -> files.write(step.path(), step.content()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + step.path() + "'");
        } else {
            files.write(step.path(), step.content());
            model.put(step.path(), step.content());
        }
    }

    private static boolean isAbove(String folder, String path) {
        return path.startsWith(folder + "/");
    }

    private static String treeOf(MemoryRepository repository) throws IOException {
        try (Repository view = repository.jgit();
                RevWalk walk = new RevWalk(view)) {
            return walk.parseCommit(view.resolve("HEAD")).getTree().name();
        }
    }

    /** The tree that git's own index makes of the files. */
    private static String gitsTree(SortedMap<String, String> model) throws IOException {
        ObjectInserter ids = new ObjectInserter.Formatter() {
            @Override
            public ObjectId insert(int type, byte[] data, int offset, int length) {
                return idFor(type, data, offset, length);
            }
        };
        DirCache index = DirCache.newInCore();
        DirCacheBuilder builder = index.builder();
        model.forEach((path, content) -> {
            DirCacheEntry entry = new DirCacheEntry(path);
            entry.setFileMode(FileMode.REGULAR_FILE);
            entry.setObjectId(ids.idFor(Constants.OBJ_BLOB, content.getBytes(StandardCharsets.UTF_8)));
            builder.add(entry);
        });
        builder.finish();
        return index.writeTree(ids).name();
    }

    @Provide
    Arbitrary<List<List<Step>>> edits() {
        Arbitrary<String> paths =
                Arbitraries.of("a", "a.md", "a/b", "a/b/c", "a-b", "a0", "ä/ü.md", "skills/x/SKILL.md", "z");
        Arbitrary<String> contents = Arbitraries.of("", "1", "2");
        Arbitrary<Step> steps = Combinators.combine(paths, contents).as(Step::new);
        return steps.list().ofMaxSize(5).list().ofMinSize(1).ofMaxSize(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/../b",
                ".git",
                ".GIT/config",
                "a/.git",
                "a/.Git/b",
                "git~1",
                "GIT~1/x",
                ".git ",
                ".git.",
                ".git::$INDEX_ALLOCATION",
                ".git:x",
                "a\\b",
                "a\nb",
                "a\0b",
                ".g\u200cit"
            })
    void aPathThatGitCanNotHoldEverywhereIsRefused(String path) throws IOException {
        List<Outcome> outcomes = repository.commit(List.of(writing(path, "x")));

        assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + path + "'"));
        assertThat(repository.entries()).isZero();
    }

    @Test
    void aLoneSurrogateIsRefused() throws IOException {
        List<Outcome> outcomes = repository.commit(List.of(writing("a.md", "x\ud800")));

        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void aFileIsRestoredFromAnEarlierCommitOrDeletedIfThatHadNone() throws IOException {
        String first = commit(repository, writing("a.md", "old")).sha();
        commit(repository, writing("a.md", "new"));
        commit(repository, writing("b.md", "only later"));

        commit(repository, Draft.of(AGENT, "Restore", files -> {
            files.restore("a.md", first);
            files.restore("b.md", first);
        }));

        assertThat(repository.files(headSha(repository)))
                .containsExactlyEntriesOf(new TreeMap<>(Map.of("a.md", "old")));
    }

    @Test
    void restoringFromAnUnknownCommitIsRejected() throws IOException {
        commit(repository, writing("a.md", "old"));

        List<Outcome> outcomes =
                repository.commit(List.of(Draft.of(AGENT, "Restore", files -> files.restore("a.md", "1".repeat(40)))));

        assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isInstanceOf(UnknownRevisionException.class));
    }
}
