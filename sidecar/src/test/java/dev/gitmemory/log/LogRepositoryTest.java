package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.GitServer;
import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stock git clients push to a log and fetch from it, through JGit's upload-pack and receive-pack. */
final class LogRepositoryTest {

    private final Path folder;
    private final ObjectStore store;
    private final BundleLog log;
    private final GitServer server;
    private final StockGit work;

    LogRepositoryTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.store = Stores.open(folder.resolve("store").toUri().toString());
        this.log = LogFixture.open(store);
        this.server = new GitServer(
                log::newRepository,
                receivePack -> receivePack.setPreReceiveHook((pack, commands) -> {
                    for (ReceiveCommand command : commands) {
                        if (command.getRefName().contains("forbidden")) {
                            command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, "not this one");
                        }
                    }
                }));
        this.work = StockGit.init(folder.resolve("work"));
        work.run("remote", "add", "origin", server.url());
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
    }

    private StockGit restored() {
        StockGit git = StockGit.restore(
                folder.resolve("store").resolve(LogFixture.PREFIX).resolve("log"), folder.resolve("restored"));
        git.fsck();
        return git;
    }

    private List<String> refsOf(StockGit git) {
        return git.lines("for-each-ref", "--format=%(objectname) %(refname)");
    }

    private List<String> refsOfLog() {
        return log.state().refs().values().stream()
                .map(ref -> ref.getObjectId().name() + " " + ref.getName())
                .toList();
    }

    private List<String> withOwner(List<String> refs) {
        List<String> all = new ArrayList<>(refs);
        all.add(0, Owner.of(log.name()).blob().id().name() + " " + Owner.REF);
        return all;
    }

    @Test
    void whatIsPushedIsClonedAndRestored() {
        work.put("a.md", "one").commit("First");
        work.put("deep/b.md", "two").commit("Second");
        work.run("tag", "-a", "v1", "-m", "Annotated");
        work.run("tag", "light");
        work.run("branch", "side", "HEAD~1");
        work.run("push", "--quiet", "origin", "--all", "--follow-tags");
        work.run("push", "--quiet", "origin", "light");

        StockGit clone = StockGit.clone(server.url(), folder.resolve("clone"));

        clone.fsck();
        assertThat(clone.files("HEAD")).isEqualTo(work.files("HEAD"));
        assertThat(clone.run("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
        assertThat(refsOf(work).stream().filter(ref -> !ref.contains("remotes")))
                .isEqualTo(refsOfLog());
        assertThat(refsOf(restored()))
                .as("and whose it is, which clients are not shown")
                .containsExactlyElementsOf(withOwner(refsOfLog()));
        assertThat(log.state().entry()).isEqualTo(2);
    }

    @Test
    void aPushOfDeltasAgainstWhatTheLogHasIsStoredWhole() {
        String lines = "a line that is long enough to be worth a delta\n".repeat(2000);
        work.put("big.md", lines).commit("Big");
        work.run("push", "--quiet", "origin", "main");
        work.put("big.md", lines + "changed at the end\n").commit("Bigger");
        work.put("big.md", "changed at the beginning\n" + lines).commit("Other");
        work.run("push", "--quiet", "origin", "main");

        assertThat(restored().files("main")).isEqualTo(work.files("main"));
        assertThat(log.commits()).isEqualTo(3);
    }

    @Test
    void aFetchBringsWhatIsNewOnly() throws IOException {
        LogFixture.append(log, "one");
        StockGit clone = StockGit.clone(server.url(), folder.resolve("clone"));
        LogFixture.append(log, "two");

        clone.run("pull", "--quiet", "--ff-only");

        assertThat(clone.files("HEAD")).containsEntry("note.md", "two");
        clone.fsck();
    }

    @Test
    void aCloneOfAnEmptyLogIsEmpty() {
        StockGit clone = StockGit.clone(server.url(), folder.resolve("clone"));

        assertThat(refsOf(clone)).isEmpty();
        clone.put("a.md", "first").commit("First");
        clone.run("push", "--quiet", "origin", "HEAD:main");
        assertThat(restored().files("main")).containsEntry("a.md", "first");
    }

    @Test
    void aRefusedPushLeavesNothingBehind() throws IOException {
        work.put("a.md", "one").commit("First");
        work.run("push", "--quiet", "origin", "main");
        work.run("checkout", "--quiet", "-b", "forbidden");
        String refused = work.put("secret.md", "must not stay").commit("Refused");
        String blob = work.run("rev-parse", "HEAD:secret.md");

        StockGit.Result push = work.attempt("push", "origin", "forbidden");

        assertThat(push.exitCode()).isNotZero();
        assertThat(push.errors()).contains("not this one");
        assertThat(log.state().entry()).isEqualTo(1);
        assertThat(store.list(LogFixture.PREFIX, "", 10)).hasSize(1);
        try (Repository view = log.newRepository()) {
            assertThat(view.getObjectDatabase().has(ObjectId.fromString(refused)))
                    .isFalse();
            assertThat(view.getObjectDatabase().has(ObjectId.fromString(blob))).isFalse();
        }
        // And nothing of it gets into the next entry.
        work.run("checkout", "--quiet", "main");
        work.put("b.md", "two").commit("Second");
        work.run("push", "--quiet", "origin", "main");
        assertThat(restored().attempt("cat-file", "-e", refused).exitCode()).isNotZero();
    }

    @Test
    void ofAPushWithARefusedBranchTheOtherBranchIsTaken() {
        String commit = work.put("a.md", "one").commit("First");
        work.run("branch", "forbidden");

        StockGit.Result push = work.attempt("push", "origin", "main", "forbidden");

        assertThat(push.exitCode()).isNotZero();
        assertThat(refsOfLog()).containsExactly(commit + " refs/heads/main");
    }

    @Test
    void anAtomicPushWithARefusedBranchIsRefusedWhole() {
        work.put("a.md", "one").commit("First");
        work.run("branch", "forbidden");

        StockGit.Result push = work.attempt("push", "--atomic", "origin", "main", "forbidden");

        assertThat(push.exitCode()).isNotZero();
        assertThat(refsOfLog()).isEmpty();
        assertThat(log.state().entry()).isZero();
    }

    @Test
    void branchesAreCreatedMovedRenamedAndDeletedWithoutNewObjects() throws IOException {
        work.put("a.md", "one").commit("First");
        work.put("a.md", "two").commit("Second");
        work.run("push", "--quiet", "origin", "main");
        work.run("push", "--quiet", "origin", "HEAD:refs/heads/side", "HEAD~1:refs/heads/gone");
        work.run("push", "--quiet", "--force", "origin", "HEAD~1:refs/heads/side");
        work.run("push", "--quiet", "origin", ":gone");
        try (Repository view = log.newRepository()) {
            view.renameRef("refs/heads/side", "refs/heads/renamed").rename();
        }

        assertThat(log.state().entry()).isEqualTo(5);
        assertThat(refsOfLog())
                .containsExactly(
                        work.run("rev-parse", "HEAD") + " refs/heads/main",
                        work.run("rev-parse", "HEAD~1") + " refs/heads/renamed");
        // Stock git keeps refs that a later bundle does not name; those that it names are right.
        assertThat(refsOf(restored())).containsAll(refsOfLog());
        assertThat(LogFixture.open(store).state().targets())
                .isEqualTo(log.state().targets());
    }

    @Test
    void mainIsNeverRewrittenWhateverTheForce() throws IOException {
        work.put("a.md", "one").commit("First");
        String second = work.put("a.md", "two").commit("Second");
        work.run("push", "--quiet", "origin", "main");
        for (String target : List.of("HEAD~1", "+HEAD~1")) {
            StockGit.Result forced = work.attempt("push", "--force", "origin", target + ":refs/heads/main");
            assertThat(forced.exitCode()).isNotZero();
            assertThat(forced.errors()).contains("main is never rewritten; fetch, and commit on top");
        }
        assertThat(log.state().entry()).isEqualTo(1);
        assertThat(refsOfLog()).containsExactly(second + " refs/heads/main");
    }

    @Test
    void mainCanNotBeDeletedAndMustComeFirst() {
        work.put("a.md", "one").commit("First");

        StockGit.Result early = work.attempt("push", "origin", "HEAD:refs/heads/side");
        assertThat(early.exitCode()).isNotZero();
        assertThat(early.errors()).contains("push main first");

        work.run("push", "--quiet", "origin", "main");
        StockGit.Result deletion = work.attempt("push", "origin", ":main");
        assertThat(deletion.exitCode()).isNotZero();
        assertThat(refsOfLog()).hasSize(1);
    }

    @Test
    void aPushOnTopOfAnOldStateIsRefusedUntilTheClientHasFetched() throws IOException {
        work.put("a.md", "one").commit("First");
        work.run("push", "--quiet", "origin", "main");
        LogFixture.append(log, "meanwhile");
        work.put("b.md", "two").commit("Second");

        assertThat(work.attempt("push", "origin", "main").exitCode()).isNotZero();

        work.run("fetch", "--quiet", "origin");
        work.run("merge", "--quiet", "--no-edit", "origin/main");
        work.run("push", "--quiet", "origin", "main");
        assertThat(refsOfLog()).containsExactly(work.run("rev-parse", "HEAD") + " refs/heads/main");
        assertThat(restored().files("main")).isEqualTo(work.files("HEAD"));
    }

    @Test
    void malformedObjectsAreRefused() {
        work.put("a.md", "one").commit("First");
        String tree = work.run("rev-parse", "HEAD^{tree}");
        String bad = work.run("hash-object", "-t", "commit", "-w", "--literally", badCommit(tree));
        work.run("update-ref", "refs/heads/bad", bad);

        assertThat(work.attempt("push", "origin", "bad:main").exitCode()).isNotZero();

        assertThat(log.state().entry()).isZero();
    }

    private String badCommit(String tree) {
        work.put("bad-commit", "tree " + tree + "\nauthor nobody\ncommitter nobody\n\nNo dates\n");
        return "bad-commit";
    }

    @Test
    void clientsThatPushDifferentBranchesAtOnceAllSucceed() throws Exception {
        work.put("a.md", "one").commit("First");
        work.run("push", "--quiet", "origin", "main");
        ExecutorService clients = Executors.newFixedThreadPool(6);
        try {
            List<Callable<String>> pushes = IntStream.range(0, 6)
                    .mapToObj(i -> (Callable<String>) () -> {
                        StockGit clone = StockGit.clone(server.url(), folder.resolve("client-" + i));
                        clone.run("checkout", "--quiet", "-b", "branch-" + i);
                        String commit = clone.put("file-" + i + ".md", "x").commit("By client " + i);
                        clone.run("push", "--quiet", "origin", "branch-" + i);
                        return commit + " refs/heads/branch-" + i;
                    })
                    .toList();
            List<String> expected = new ArrayList<>();
            for (var push : clients.invokeAll(pushes)) {
                expected.add(push.get());
            }
            expected.add(work.run("rev-parse", "HEAD") + " refs/heads/main");

            assertThat(refsOfLog()).containsExactlyElementsOf(expected);
            assertThat(refsOf(restored())).containsExactlyElementsOf(withOwner(expected));
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void aPushThroughAProcessThatIsBehindSucceedsIfItsRefsAreAsItThought() throws IOException {
        String main = work.put("a.md", "one").commit("First");
        work.run("push", "--quiet", "origin", "main");
        BundleLog behind = LogFixture.open(store);
        String side = work.put("b.md", "two").commit("Second");
        work.run("push", "--quiet", "origin", "HEAD:refs/heads/side");
        String other = work.put("c.md", "three").commit("Third");

        try (GitServer second = new GitServer(behind::newRepository)) {
            work.run("push", "--quiet", second.url(), "HEAD:refs/heads/other");
            assertThat(work.attempt("push", second.url(), "HEAD~2:refs/heads/side")
                            .exitCode())
                    .as("creating a branch that another process has created")
                    .isNotZero();
        }

        assertThat(log.refresh().entry()).isEqualTo(3);
        assertThat(refsOfLog())
                .containsExactly(main + " refs/heads/main", other + " refs/heads/other", side + " refs/heads/side");
        restored();
    }

    @Test
    void aRefThatNeedsAnObjectNobodyHasIsRefused() throws IOException {
        LogState on = LogFixture.append(log, "one");
        var refs = on.targets();
        refs.put("refs/heads/side", ObjectId.fromString("1".repeat(40)));

        assertThatThrownBy(() -> log.append(on, refs, log.stage())).isInstanceOf(MissingObjectException.class);

        assertThat(log.state()).isEqualTo(on);
    }
}
