package dev.gitmemory.repo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.FileMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes out is judged by stock git, and whatever goes wrong leaves nothing behind. */
final class ExportsTest {

    /** Gives up when it is asked for the nth time. */
    private static final class Impatient implements TransferProgress {
        private int left;

        Impatient(int questions) {
            this.left = questions;
        }

        @Override
        public void at(String what, long done, long total) {
            // Shows nothing.
        }

        @Override
        public boolean isCancelled() {
            return --left < 0;
        }
    }

    @TempDir
    Path folder;

    private ObjectStore store;
    private MemoryRepository repository;
    private Path place;

    @BeforeEach
    void open() throws IOException {
        store = RepositoryFixture.store(folder.resolve("store"));
        repository = RepositoryFixture.open(store);
        place = Files.createDirectory(folder.resolve("place"));
        RepositoryFixture.commit(repository, RepositoryFixture.writing("system/persona.md", "I am Ada.\r\n\u00e9"));
        RepositoryFixture.commit(repository, RepositoryFixture.writing("skills/a/SKILL.md", "---\nlimit: 5\n---\nx"));
        RepositoryFixture.commit(repository, RepositoryFixture.writing("system/persona.md", "I am still Ada."));
    }

    private ExportSummary export(ExportFormat format, String name) throws IOException {
        return Exports.write(repository, format, place.resolve(name), "HEAD", TransferProgress.NONE);
    }

    private String parent(String sha) throws IOException {
        return requireNonNull(repository.info(sha).parentSha());
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    @Test
    void aFolderHasTheFilesOfACommitByteForByte() throws IOException {
        String first = RepositoryFixture.headSha(repository);
        String before = parent(first);

        ExportSummary now = export(ExportFormat.DIR, "now");
        Exports.write(
                repository, ExportFormat.DIR, place.resolve("then"), before.substring(0, 8), TransferProgress.NONE);

        assertThat(now).isEqualTo(new ExportSummary(first, 2, 0, List.of()));
        assertThat(place.resolve("now/system/persona.md")).hasContent("I am still Ada.");
        assertThat(place.resolve("now/skills/a/SKILL.md")).hasContent("---\nlimit: 5\n---\nx");
        assertThat(Files.readString(place.resolve("then/system/persona.md"))).isEqualTo("I am Ada.\r\n\u00e9");
        assertThat(left()).containsExactlyInAnyOrder("now", "then");
    }

    @Test
    void aRepositoryHasAllRefsAndAllHistoryAndStockGitHasNothingAgainstIt() throws IOException {
        String head = RepositoryFixture.headSha(repository);
        RawCommits.ref(repository, "refs/heads/side", parent(head));
        String tag = RawCommits.tag(repository, "v1", head);

        ExportSummary summary = export(ExportFormat.GIT, "a.git");

        assertThat(summary).isEqualTo(new ExportSummary(head, 0, 3, List.of()));
        StockGit git = StockGit.at(place.resolve("a.git"));
        git.fsck();
        assertThat(git.run("symbolic-ref", "HEAD")).isEqualTo("refs/heads/main");
        assertThat(git.run("rev-parse", "--is-bare-repository")).isEqualTo("true");
        assertThat(git.lines("for-each-ref", "--format=%(refname) %(objectname)"))
                .containsExactly("refs/heads/main " + head, "refs/heads/side " + parent(head), "refs/tags/v1 " + tag);
        StockGit clone = StockGit.clone(place.resolve("a.git").toString(), folder.resolve("clone"));
        assertThat(clone.lines("log", "--format=%H")).hasSize(3).startsWith(head);
        assertThat(clone.folder().resolve("system/persona.md")).hasContent("I am still Ada.");
        assertThat(left()).containsExactly("a.git");
    }

    @Test
    void aBundleStandsAloneAndCanBeCloned() throws IOException {
        String head = RepositoryFixture.headSha(repository);
        String tag = RawCommits.tag(repository, "v1", head);

        assertThat(export(ExportFormat.BUNDLE, "a.bundle")).isEqualTo(new ExportSummary(head, 0, 2, List.of()));

        Path bundle = place.resolve("a.bundle");
        StockGit empty = StockGit.initBare(folder.resolve("empty"));
        assertThat(empty.run("bundle", "verify", bundle.toString())).contains("complete history");
        StockGit clone = StockGit.clone(bundle.toString(), folder.resolve("clone"));
        clone.fsck();
        assertThat(clone.run("rev-parse", "v1")).isEqualTo(tag);
        assertThat(clone.folder().resolve("system/persona.md")).hasContent("I am still Ada.");
        assertThat(left()).containsExactly("a.bundle");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsThereIsLeftAsItIs(ExportFormat format) throws IOException {
        Path file = Files.writeString(place.resolve("file"), "mine");
        Path sub = Files.createDirectory(place.resolve("sub"));
        Path dangling = Files.createSymbolicLink(place.resolve("dangling"), Path.of("nowhere"));
        for (Path taken : List.of(file, sub, dangling)) {
            assertThatThrownBy(() -> export(format, String.valueOf(taken.getFileName())))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining(taken.toString())
                    .hasMessageContaining("exists already");
        }
        assertThat(file).hasContent("mine");
        assertThat(sub).isEmptyDirectory();
        assertThat(left()).containsExactlyInAnyOrder("file", "sub", "dangling");
        assertThatThrownBy(() -> export(format, "none/a")).hasMessageContaining("There is no folder");
    }

    @ParameterizedTest
    @EnumSource
    void stoppedAtAnyPointItLeavesNothing(ExportFormat format) throws IOException {
        int patience = 0;
        while (true) {
            try {
                Exports.write(repository, format, place.resolve("x"), "HEAD", new Impatient(patience));
                break;
            } catch (TransferException e) {
                assertThat(e).hasMessage("stopped before it was done; nothing was left behind");
                assertThat(left()).as("stopped at question %d", patience).isEmpty();
            }
            patience++;
        }
        assertThat(patience).isPositive();
        assertThat(left()).containsExactly("x");
    }

    @Test
    void linksAndSubmodulesStayOutOfAFolderAndAreNamed() throws IOException {
        RawCommits.commit(
                repository,
                new RawCommits.Entry("a.md", FileMode.REGULAR_FILE, "text"),
                new RawCommits.Entry("link.md", FileMode.SYMLINK, "/etc/passwd"),
                new RawCommits.Entry("run.sh", FileMode.EXECUTABLE_FILE, "#!/bin/sh\n"),
                new RawCommits.Entry("sub", FileMode.GITLINK, ""));

        ExportSummary summary = export(ExportFormat.DIR, "now");

        assertThat(summary.leftOut()).containsExactly("link.md: a symbolic link", "sub: a submodule");
        assertThat(place.resolve("now/link.md")).doesNotExist();
        assertThat(Files.isExecutable(place.resolve("now/run.sh"))).isTrue();
        assertThat(Files.isExecutable(place.resolve("now/a.md"))).isFalse();
    }

    @Test
    void aPathThatLeadsOutOfTheFolderOrIntoDotGitIsRefused() throws IOException {
        for (String name : List.of("..", ".git", ".GIT", "git~1", "a\\..\\b")) {
            RawCommits.commit(repository, new RawCommits.Entry(name, FileMode.REGULAR_FILE, "evil"));

            assertThatThrownBy(() -> export(ExportFormat.DIR, "now"))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("'" + name + "'");
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void anEmptyRepositoryAndAnUnknownCommitAreSaidSo() throws IOException {
        assertThatThrownBy(() -> Exports.write(
                        repository, ExportFormat.DIR, place.resolve("x"), "nothing", TransferProgress.NONE))
                .isInstanceOf(UnknownRevisionException.class);
        MemoryRepository other = new MemoryRepositories(store, RepositoryFixture.CLOCK, RepositoryFixture.KEY)
                .open(new RepoId("org-1", "nobody"));
        assertThatThrownBy(
                        () -> Exports.write(other, ExportFormat.GIT, place.resolve("x"), "HEAD", TransferProgress.NONE))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("no commit in the repository of agent nobody");
        assertThat(left()).isEmpty();
    }
}
