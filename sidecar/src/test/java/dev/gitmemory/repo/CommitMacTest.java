package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.ID;
import static dev.gitmemory.repo.RepositoryFixture.KEY;
import static dev.gitmemory.repo.RepositoryFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** A commit proves who made it with all of its bytes, in its own repository, to who has the key. */
class CommitMacTest {

    private static final ObjectId TREE = ObjectId.fromString("a".repeat(40));
    private static final ObjectId PARENT = ObjectId.fromString("b".repeat(40));
    private static final String REQUEST = "00000000-0000-0001-0000-000000000001";

    private static byte[] commit(CommitMac mac) {
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(TREE);
        commit.setParentId(PARENT);
        commit.setAuthor(CommitText.author(AGENT, NOW));
        commit.setCommitter(CommitText.committer(NOW));
        commit.setMessage(CommitText.write("Ändere die Persona", AGENT, UUID.fromString(REQUEST)));
        try {
            mac.addTo(commit);
            return commit.build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final CommitMac MAC = new CommitMac(KEY, ID);
    private static final byte[] OURS = commit(MAC);

    private static boolean proves(String commit) {
        return MAC.proves(commit.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCommitThatWasMadeWithTheKeyProvesIt() {
        assertThat(MAC.proves(OURS)).isTrue();
        assertThat(new CommitMac(KEY, new RepoId(ID.organizationId(), ID.agentId())).proves(OURS))
                .as("another process")
                .isTrue();
        assertThat(new String(OURS, StandardCharsets.UTF_8))
                .containsPattern("\\n\\nAuthor-Type: agent\\nAuthor-Id: " + "agent-1\\nRequest-Id: " + REQUEST
                        + "\\nGit-Memory-MAC: [0-9a-f]{64}\\n$");
    }

    @Test
    void noByteOfItMayBeAnother() {
        for (int i = 0; i < OURS.length; i++) {
            for (int bit = 1; bit < 256; bit <<= 1) {
                byte[] changed = OURS.clone();
                changed[i] ^= (byte) bit;
                assertThat(MAC.proves(changed)).as("byte %d", i).isFalse();
            }
        }
    }

    @Test
    void norMayAnythingBeAddedOrTakenAway() {
        String ours = new String(OURS, StandardCharsets.UTF_8);
        List<UnaryOperator<String>> changes = List.of(
                s -> s.stripTrailing(),
                s -> s + "\n",
                s -> s + "Request-Id: x\n",
                s -> s.stripTrailing() + "\r\n",
                s -> s.replace("\nGit-Memory-MAC", "\n\nGit-Memory-MAC"),
                s -> s.replace("Request-Id: " + REQUEST + "\n", ""),
                s -> s.replace("Author-Type: agent", "Author-Type: system"),
                s -> s.replace("tree " + TREE.name(), "tree " + "c".repeat(40)),
                s -> s.replace("parent " + PARENT.name(), "parent " + "c".repeat(40)),
                s -> s.replace("parent " + PARENT.name() + "\n", ""),
                s -> s.replace("\ncommitter ", "\nparent " + TREE.name() + "\ncommitter "),
                s -> s.replace("\n\nÄ", "\nencoding UTF-8\n\nÄ"),
                s -> s.replace("\n\nÄ", "\ngpgsig x\n\nÄ"),
                s -> s.replace("Ändere", "Andere"),
                s -> s.substring(0, s.lastIndexOf(' ') + 1)
                        + s.substring(s.lastIndexOf(' ') + 1).toUpperCase(java.util.Locale.ROOT),
                s -> s.substring(s.indexOf("Git-Memory")),
                s -> s.substring(s.indexOf("\nGit-Memory")),
                s -> "",
                s -> "\n");
        for (UnaryOperator<String> change : changes) {
            String changed = change.apply(ours);
            assertThat(changed).isNotEqualTo(ours);
            assertThat(proves(changed)).as(changed).isFalse();
        }
    }

    @Test
    void itProvesNothingInAnotherRepositoryNorToAnotherKey() {
        for (RepoId other : List.of(
                new RepoId("org-1", "agent-2"),
                new RepoId("org-2", "agent-1"),
                new RepoId("agent-1", "org-1"),
                new RepoId("org-1", "AGENT-1"),
                new RepoId("org-1/agent-1", "x"),
                new RepoId("org", "-1/agent-1"))) {
            assertThat(new CommitMac(KEY, other).proves(OURS)).as("%s", other).isFalse();
            assertThat(MAC.proves(commit(new CommitMac(KEY, other))))
                    .as("%s", other)
                    .isFalse();
        }
        assertThat(new CommitMac(CommitKey.random(), ID).proves(OURS)).isFalse();
    }

    @Test
    void aKeyHasAllOfItsBytesAndSaysNothing() {
        assertThatThrownBy(() -> new CommitKey(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThat(new CommitKey(new byte[32])).asString().doesNotContain("0000");
        byte[] secret = new byte[32];
        CommitMac copied = new CommitMac(new CommitKey(secret), ID);
        byte[] commit = commit(copied);
        secret[0] = 1;
        assertThat(copied.proves(commit)).isTrue();
    }
}
