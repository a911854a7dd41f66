package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.NOW;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.logFolder;
import static dev.gitmemory.repo.RepositoryFixture.open;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryRepositoryTest {

    private final Path folder;
    private final ObjectStore store;
    private final MemoryRepository repository;

    MemoryRepositoryTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.store = RepositoryFixture.store(folder.resolve("store"));
        this.repository = open(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private StockGit restored() {
        return StockGit.restore(logFolder(folder.resolve("store")), folder.resolve("restored"));
    }

    @Test
    void aRepositoryBeginsEmpty() throws IOException {
        assertThat(repository.head()).isNull();
        assertThat(repository.refresh()).isNull();
        assertThat(repository.entries()).isZero();
        assertThat(repository.commits()).isZero();
        assertThatThrownBy(() -> repository.resolve("HEAD")).isInstanceOf(UnknownRevisionException.class);
    }

    @Test
    void aCommitSaysWhoDidWhatAndWhen() throws IOException {
        CommitInfo first = commit(repository, writing("system/persona.md", "I am Ada\nand kind\n"));
        Author person = new Author(Author.Type.USER, "user-7", "Pat Person");
        Instant earlier = Instant.parse("2026-02-01T08:00:00Z");
        CommitInfo second = commit(
                repository,
                new Draft(
                        person,
                        "Correct the persona\n\nShe is not only kind.\n",
                        earlier,
                        files -> files.write("system/persona.md", "I am Ada\nand clever\nand kind\n")));

        assertThat(first)
                .isEqualTo(new CommitInfo(
                        first.sha(),
                        null,
                        1,
                        AGENT,
                        "Write system/persona.md",
                        null,
                        NOW,
                        List.of("system/persona.md"),
                        2,
                        0));
        assertThat(second)
                .isEqualTo(new CommitInfo(
                        second.sha(),
                        first.sha(),
                        2,
                        person,
                        "Correct the persona\n\nShe is not only kind.",
                        null,
                        earlier,
                        List.of("system/persona.md"),
                        1,
                        0));
        assertThat(repository.info(second.sha())).isEqualTo(second);
        assertThat(repository.head()).isEqualTo(new Head(second.sha(), 2, 2));
        assertThat(restored()
                        .run(
                                "log",
                                "-1",
                                "--format=%an|%ae|%cn|%ce|%at|%ct|%(trailers:key=Author-Id,valueonly)",
                                "main"))
                .isEqualTo("Pat Person|user-7@user.git-memory.invalid|git-memory|git-memory@git-memory.invalid|"
                        + earlier.getEpochSecond() + "|" + NOW.getEpochSecond() + "|user-7");
    }

    @Test
    void stockGitRestoresEveryFileFromTheBundlesAlone() throws IOException {
        commit(repository, writing("system/persona.md", "I am Ada"));
        commit(repository, writing("system/human/name.md", "Pat"));
        commit(repository, Draft.of(AGENT, "Several at once", files -> {
            files.write("a.md", "");
            files.write("a/b.md", "umlaut ä, emoji 😀\r\nand CRLF");
            files.write("a-b.md", "sorts between");
            files.write("a0.md", "sorts behind");
            files.delete("system/human/name.md");
        }));

        StockGit git = restored();

        git.fsck();
        assertThat(git.run("rev-parse", "HEAD")).isEqualTo(headSha(repository));
        assertThat(git.run("rev-list", "--count", "HEAD")).isEqualTo("3");
        assertThat(git.files("HEAD"))
                .isEqualTo(repository.files(headSha(repository)))
                .isEqualTo(Map.of(
                        "system/persona.md", "I am Ada",
                        "a.md", "",
                        "a/b.md", "umlaut ä, emoji 😀\r\nand CRLF",
                        "a-b.md", "sorts between",
                        "a0.md", "sorts behind"));
    }

    @Test
    void aGroupOfDraftsIsAChainOfCommitsInOneEntry() throws IOException {
        List<Outcome> outcomes = repository.commit(List.of(
                writing("a.md", "1"),
                writing("a.md", "1"),
                Draft.of(AGENT, "Broken", files -> {
                    files.write("broken.md", "must not appear");
                    throw new IllegalStateException("no");
                }),
                writing("b.md", "2"),
                Draft.of(AGENT, "Reads what the first wrote", files -> files.write("c.md", files.read("a.md") + "3"))));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Committed.class);
        CommitInfo first = ((Outcome.Committed) outcomes.get(0)).commit();
        assertThat(outcomes.get(1)).isEqualTo(new Outcome.Unchanged(first.sha()));
        assertThat(((Outcome.Rejected) outcomes.get(2)).reason()).hasMessage("no");
        CommitInfo fourth = ((Outcome.Committed) outcomes.get(3)).commit();
        assertThat(fourth.parentSha()).isEqualTo(first.sha());
        assertThat(repository.entries()).isEqualTo(1);
        assertThat(repository.commits()).isEqualTo(3);
        assertThat(repository.files(headSha(repository))).isEqualTo(Map.of("a.md", "1", "b.md", "2", "c.md", "13"));
        StockGit git = restored();
        git.fsck();
        assertThat(git.run("rev-list", "--count", "HEAD")).isEqualTo("3");
    }

    @Test
    void draftsThatChangeNothingWriteNothing() throws IOException {
        assertThat(repository.commit(List.of(Draft.of(AGENT, "Nothing", files -> {}))))
                .containsExactly(new Outcome.Unchanged(null));
        assertThat(repository.entries()).isZero();

        commit(repository, writing("a.md", "1"));
        assertThat(repository.commit(List.of(writing("a.md", "1"))))
                .containsExactly(new Outcome.Unchanged(headSha(repository)));
        assertThat(repository.entries()).isEqualTo(1);
    }

    @Test
    void theLastFileCanBeDeleted() throws IOException {
        commit(repository, writing("deep/er/a.md", "1"));

        CommitInfo deletion = commit(repository, Draft.of(AGENT, "Delete", files -> files.delete("deep/er/a.md")));

        assertThat(deletion.deletions()).isEqualTo(1);
        assertThat(repository.files(deletion.sha())).isEmpty();
        assertThat(repository.file(deletion.sha(), "deep/er/a.md")).isNull();
        restored().fsck();
    }

    @Test
    void anotherProcessOpensTheSame() throws IOException {
        commit(repository, writing("a.md", "1"));
        commit(repository, writing("b.md", "2"));

        MemoryRepository other = open(RepositoryFixture.store(folder.resolve("store")));

        assertThat(other.head()).isEqualTo(repository.head());
        assertThat(other.entries()).isEqualTo(2);
        assertThat(other.commits()).isEqualTo(2);
        assertThat(other.files(headSha(other))).isEqualTo(repository.files(headSha(repository)));
    }

    @Test
    void refreshReadsWhatAnotherProcessWrote() throws IOException {
        MemoryRepository other = open(store);
        commit(repository, writing("a.md", "1"));
        commit(repository, writing("b.md", "2"));
        assertThat(other.head()).isNull();

        assertThat(other.refresh()).isEqualTo(repository.head());
        assertThat(other.head()).isEqualTo(repository.head());
    }

    @Test
    void whatIsUnchangedIsJudgedByTheNewestFilesNotByOldOnes() throws IOException {
        MemoryRepository other = open(store);
        commit(repository, writing("a.md", "old"));
        other.refresh();
        commit(repository, writing("a.md", "new"));

        // The other still knows "old" only, and yet must not answer that nothing is to be done.
        commit(other, writing("a.md", "old"));

        repository.refresh();
        assertThat(repository.file(headSha(repository), "a.md")).isEqualTo("old");
        assertThat(repository.commits()).isEqualTo(3);
    }
}
