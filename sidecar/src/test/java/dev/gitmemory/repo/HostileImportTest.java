package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.CountingStore;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories and bundles that are damaged, or made to do harm: each is refused, and nothing gets into the log. */
final class HostileImportTest {

    private static final ImportLimits SMALL = new ImportLimits(100_000, 1_000_000, 1_000, 20);

    @TempDir
    Path folder;

    private CountingStore store;
    private MemoryRepository repository;
    private StockGit git;

    @BeforeEach
    void open() throws IOException {
        store = new CountingStore(RepositoryFixture.store(folder.resolve("store")));
        repository = RepositoryFixture.open(store);
        RepositoryFixture.commit(repository, RepositoryFixture.writing("ours.md", "Ours."));
        git = StockGit.init(folder.resolve("git"));
        git.put("a.md", "one").commit("One");
        git.put("a.md", "two").put("sub/b.md", "b").commit("Two");
        store.reset();
    }

    private Incoming read(Path from) throws IOException {
        return Incoming.read(repository, from, null, false, SMALL, TransferProgress.NONE);
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Path from) {
        return assertThatThrownBy(() -> read(from).close())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("can't be imported, nothing was changed: ")
                .hasMessageContaining(from.toString())
                .satisfies(e -> assertThat(store.creates()).isZero());
    }

    private Path objectFile(String id) {
        return git.folder().resolve(".git/objects/" + id.substring(0, 2) + "/" + id.substring(2));
    }

    private static void replace(Path file, byte[] content) throws IOException {
        file.toFile().setWritable(true);
        Files.write(file, content);
    }

    private String object(String type, String content) throws IOException {
        Path input = Files.write(folder.resolve("input"), content.getBytes(StandardCharsets.ISO_8859_1));
        return git.run("hash-object", "-w", "--literally", "-t", type, input.toString());
    }

    /** A commit of a tree that {@code git add} would not make; the entries are in the form of {@code git mktree}. */
    private void commitTree(String... entries) throws IOException {
        Path input = Files.writeString(folder.resolve("entries"), String.join("\n", entries) + "\n");
        String tree = git.output(input, "mktree");
        git.run("update-ref", "refs/heads/main", git.run("commit-tree", "-m", "Evil", tree));
    }

    @Test
    void theSourceByItselfIsFine() throws IOException {
        try (Incoming incoming = read(git.folder())) {
            assertThat(incoming.plan().way()).isEqualTo(ImportPlan.Way.MERGE);
            assertThat(incoming.files()).extracting(IncomingFile::path).containsExactly("a.md", "sub/b.md");
        }
        assertThat(store.creates()).isZero();
    }

    @Test
    void aMissingADamagedAndASwappedObjectAreNamed() throws IOException {
        for (String name : List.of("HEAD", "HEAD^{tree}", "HEAD:a.md", "HEAD~1:a.md", "HEAD:sub")) {
            String id = git.run("rev-parse", name);
            Path file = objectFile(id);
            byte[] whole = Files.readAllBytes(file);
            byte[] other = Files.readAllBytes(objectFile(git.run("rev-parse", "HEAD:sub/b.md")));

            Files.delete(file);
            assertRefused(git.folder()).hasMessageContaining(id);
            replace(file, Arrays.copyOf(whole, whole.length / 2));
            assertRefused(git.folder()).hasMessageContaining(id);
            replace(file, other);
            assertRefused(git.folder()).hasMessageContaining(id);
            replace(file, whole);
        }
        read(git.folder()).close();
    }

    @Test
    void pathsThatMeanDotGitAreRefusedAnywhereInHistory() throws IOException {
        String good = git.run("rev-parse", "HEAD");
        String blob = git.run("rev-parse", "HEAD:a.md");
        for (String name : List.of(".git", ".GIT", "git~1", ".g\u200cit", "..", ".")) {
            commitTree("100644 blob " + blob + "\t" + name);
            git.put("a.md", name).commit("Hide it");
            assertRefused(git.folder()).hasMessageContaining("is damaged or not as git wants it");
            git.run("update-ref", "refs/heads/main", good);
        }
    }

    @Test
    void submodulesInHistoryAreRefused() throws IOException {
        git.put(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = -evil\n").commit("Submodule");
        git.run("rm", "--quiet", ".gitmodules");
        git.commit("Hide it");
        assertRefused(git.folder()).hasMessageContaining("its history has submodules");
    }

    @Test
    void commitsThatPostgresCouldNotListAreRefused() throws IOException {
        String tree = git.run("rev-parse", "HEAD^{tree}");
        for (String[] evil : new String[][] {
            {"a date", "author P <p@x> -1 +0000", "text"},
            {"a date", "author P <p@x> 99999999999999 +0000", "text"},
            {"a NUL", "author P <p@x> 1 +0000", "te\0xt"},
            {"", "author <p@x> 1 +0000\nauthor Q <q@x> 1 +0000", "text"},
            {"", "author P <p@x> x +0000", "text"}
        }) {
            String commit = object(
                    "commit", "tree " + tree + "\n" + evil[1] + "\ncommitter P <p@x> 1 +0000\n\n" + evil[2] + "\n");
            git.run("update-ref", "refs/heads/main", commit);
            assertRefused(git.folder()).hasMessageContaining(commit).hasMessageContaining(evil[0]);
        }
    }

    @Test
    void aFileOverTheLimitIsNamedByItsPathAndOneOfThePastByItsId() throws IOException {
        git.put("big.bin", "x".repeat(100_001)).commit("Big");
        assertRefused(git.folder())
                .hasMessageContaining("big.bin has 100001 bytes")
                .hasMessageContaining("--max-file-size");
        String id = git.run("rev-parse", "HEAD:big.bin");
        git.run("rm", "--quiet", "big.bin");
        git.commit("Hide it");
        assertRefused(git.folder()).hasMessageContaining(id);
        Path bundle = folder.resolve("big.bundle");
        git.run("bundle", "create", bundle.toString(), "--all");
        assertRefused(bundle).hasMessageContaining("--max-file-size");
    }

    @Test
    void manySmallFilesOverTheLimitOfAllAreRefusedBeforeTheyAreUnpacked() throws IOException {
        for (int i = 0; i < 25; i++) {
            git.put("f" + i, Character.toString('a' + i).repeat(90_000));
        }
        git.commit("Many");
        assertRefused(git.folder()).hasMessageContaining("--max-size");
        Path bundle = folder.resolve("many.bundle");
        git.run("bundle", "create", bundle.toString(), "--all");
        assertThat(Files.size(bundle)).isLessThan(100_000);
        assertRefused(bundle).hasMessageContaining("--max-size");
    }

    /** Ten objects that stand for ten billion files. */
    @Test
    void aTreeThatUnfoldsToBillionsOfFilesIsRefused() throws IOException {
        String entry = "100644 blob " + git.run("rev-parse", "HEAD:a.md") + "\t";
        for (int level = 0; level < 10; level++) {
            StringBuilder entries = new StringBuilder();
            for (int i = 0; i < 10; i++) {
                entries.append(entry).append("f").append(i).append('\n');
            }
            entry = "040000 tree " + git.output(Files.writeString(folder.resolve("entries"), entries), "mktree") + "\t";
        }
        commitTree(entry + "root");
        assertRefused(git.folder()).hasMessageContaining("more than 1000 files");
    }

    @Test
    void tooManyRefsAreRefused() throws IOException {
        for (int i = 0; i < 21; i++) {
            git.run("tag", "t" + i);
        }
        assertRefused(git.folder()).hasMessageContaining("22 branches and tags, the limit is 20");
    }

    @Test
    void repositoriesThatNeedAnotherToBeReadAreRefusedWithWhatToDo() throws IOException {
        StockGit shallow = StockGit.clone("file://" + git.folder(), folder.resolve("full"));
        shallow.run("clone", "--quiet", "--depth", "1", "file://" + git.folder(), folder.resolve("shallow") + "");
        assertRefused(folder.resolve("shallow")).hasMessageContaining("git fetch --unshallow");

        git.run("clone", "--quiet", "--shared", git.folder() + "", folder.resolve("shared") + "");
        assertRefused(folder.resolve("shared")).hasMessageContaining("objects/info/alternates");

        git.run("worktree", "add", "--quiet", folder.resolve("linked") + "", "-b", "linked");
        assertThatThrownBy(() -> read(folder.resolve("linked"))).hasMessageContaining("keeps its repository elsewhere");

        git.run("init", "--quiet", "--object-format=sha256", folder.resolve("sha256") + "");
        assertRefused(folder.resolve("sha256")).hasMessageContaining("names its objects by sha256");
    }

    @Test
    void aLinkAmongTheObjectsIsNotFollowed() throws IOException {
        Path file = objectFile(git.run("rev-parse", "HEAD:a.md"));
        Path elsewhere = Files.move(file, folder.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);
        assertRefused(git.folder()).hasMessageContaining("is no regular file");
    }

    @Test
    void aRefToNothingAndABranchThatIsNoCommitAreRefused() throws IOException {
        String blob = git.run("rev-parse", "HEAD:a.md");
        Path side = git.folder().resolve(".git/refs/heads/side");
        Files.writeString(side, "1234567890123456789012345678901234567890\n");
        assertRefused(git.folder()).hasMessageContaining("1234567890123456789012345678901234567890 is missing");
        Files.writeString(side, blob + "\n");
        assertRefused(git.folder()).hasMessageContaining("refs/heads/side is not a commit but a blob");
    }

    @Test
    void everyBundleThatIsCutShortOrHasAByteChangedIsRefusedOrTheSame() throws IOException {
        Path bundle = folder.resolve("b.bundle");
        git.run("bundle", "create", bundle.toString(), "--all");
        byte[] whole = Files.readAllBytes(bundle);
        for (int length = 0; length < whole.length; length += 3) {
            Files.write(bundle, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> read(bundle)).as("cut at %d", length).isInstanceOf(TransferException.class);
        }
        int pack = new String(whole, StandardCharsets.ISO_8859_1).indexOf("\n\nPACK") + 2;
        for (int at = pack; at < whole.length; at += 3) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << (at % 8));
            Files.write(bundle, damaged);
            assertThatThrownBy(() -> read(bundle)).as("byte %d changed", at).isInstanceOf(TransferException.class);
        }
        assertThat(store.creates()).isZero();
    }

    @Test
    void aFolderThatIsTooBigIsRefused() throws IOException {
        Path notes = Files.createDirectory(folder.resolve("notes"));
        Files.writeString(notes.resolve("big.md"), "x".repeat(100_001));
        assertRefused(notes).hasMessageContaining("'big.md' has 100001 bytes");
        Files.delete(notes.resolve("big.md"));
        for (int i = 0; i < 1_001; i++) {
            Files.writeString(notes.resolve(i + ".md"), "x");
        }
        assertRefused(notes).hasMessageContaining("more than 1000 files");
    }

    @Test
    void aFileWhereWeHaveAFolderIsRefusedInAFolderAndTakenInARepository() throws IOException {
        Path notes = Files.createDirectories(folder.resolve("notes/ours.md"));
        Files.writeString(notes.resolve("x"), "x");
        try (Incoming incoming = read(folder.resolve("notes"))) {
            assertThatThrownBy(() -> incoming.commit(RepositoryFixture.AGENT, RepositoryFixture.NOW))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("do not fit with those that are there");
        }
        assertThat(store.creates()).isZero();
    }

    @Test
    void aCommitThatComesInBetweenIsBuiltUpon() throws IOException {
        try (Incoming incoming = read(git.folder())) {
            incoming.plan();
            String between = RepositoryFixture.commit(
                            RepositoryFixture.open(store), RepositoryFixture.writing("more.md", "More."))
                    .sha();

            ImportPlan plan = incoming.commit(RepositoryFixture.AGENT, RepositoryFixture.NOW);

            assertThat(plan.headSha()).isEqualTo(between);
            assertThat(repository.info(RepositoryFixture.headSha(repository)).parentSha())
                    .isEqualTo(between);
        }
    }

    @Test
    void whoDoesNotAgreeToWhatACommitInBetweenHasChangedChangesNothing() throws IOException {
        try (Incoming incoming = read(git.folder())) {
            List<String> agreed = incoming.plan().removed();
            String between = RepositoryFixture.commit(
                            RepositoryFixture.open(store), RepositoryFixture.writing("more.md", "More."))
                    .sha();
            store.reset();

            assertThatThrownBy(() -> incoming.commit(RepositoryFixture.AGENT, RepositoryFixture.NOW, now -> {
                        if (!agreed.containsAll(now.removed())) {
                            throw new IllegalStateException("it would remove " + now.removed());
                        }
                    }))
                    .hasMessage("it would remove [more.md, ours.md]");

            assertThat(store.creates()).isZero();
            repository.refresh();
            assertThat(RepositoryFixture.headSha(repository)).isEqualTo(between);
        }
    }
}
