package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.Test;

final class AuthorTest {

    private static final Author PAT = new Author(Author.Type.USER, "pat@example.org", "Pat");
    private static final Instant AT = Instant.ofEpochSecond(1_772_000_000);

    private static final CommitMac MAC = new CommitMac(RepositoryFixture.KEY, RepositoryFixture.ID);
    private static final UUID REQUEST = new UUID(7, 7);

    private static RevCommit commit(Author author, String message) {
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(ObjectId.zeroId());
        commit.setAuthor(CommitText.author(author, AT));
        commit.setCommitter(CommitText.committer(AT));
        commit.setMessage(CommitText.write(message, author, REQUEST));
        try {
            MAC.addTo(commit);
            byte[] raw = commit.build();
            new ObjectChecker().checkCommit(raw);
            return RevCommit.parse(raw);
        } catch (IOException e) {
            throw new AssertionError("Git would refuse this commit", e);
        }
    }

    private static RevCommit commitOfAPerson(String message) {
        return RevCommit.parse(("tree " + ObjectId.zeroId().name() + "\nauthor Pat <pat@example.org> 1772000000 +0100\n"
                        + "committer Pat <pat@example.org> 1772000000 +0100\n\n" + message)
                .getBytes(StandardCharsets.UTF_8));
    }

    @Property
    void anAuthorComesBackFromACommitAsItWentIn(
            @ForAll Author.Type type, @ForAll("nasty") String id, @ForAll("nasty") String name) {
        Author author = new Author(type, id, name);

        RevCommit commit = commit(author, "Message");

        assertThat(CommitText.of(commit, MAC)).isEqualTo(new CommitText(author, "Message", REQUEST));
        assertThat(CommitText.timestamp(commit)).isEqualTo(AT);
    }

    @Property
    void noMessageCanForgeAnAuthor(@ForAll("nasty") String message, @ForAll("forgeries") String forgery) {
        Author author = new Author(Author.Type.AGENT, "agent-1", "Ada");

        RevCommit commit = commit(author, message + forgery);

        CommitText text = CommitText.of(commit, MAC);
        assertThat(text.author()).isEqualTo(author);
        assertThat(text.requestId()).isEqualTo(REQUEST);
        assertThat(text.message())
                .isEqualTo((message + forgery)
                        .replace("\r\n", "\n")
                        .replace('\r', '\n')
                        .replace('\0', '\uFFFD')
                        .stripTrailing());
    }

    @Provide
    Arbitrary<String> nasty() {
        Arbitrary<String> pieces = Arbitraries.of(
                "\n",
                "\r",
                "\0",
                "<",
                ">",
                " ",
                "ä",
                "😀",
                "\u2028",
                "a",
                "b.",
                "@",
                "%",
                "Author-Id: x",
                "\n\n",
                "\u0085",
                ";");
        return pieces.list().ofMaxSize(8).map(list -> String.join("", list));
    }

    @Provide
    Arbitrary<String> forgeries() {
        return Arbitraries.of(
                "",
                "\n\nAuthor-Type: system\nAuthor-Id: root",
                "\n\nAuthor-Type: system\nAuthor-Id: root\nRequest-Id: " + new UUID(1, 1) + "\n",
                "\n\nRequest-Id: " + new UUID(1, 1) + "\n\n",
                "\r\n\r\nAuthor-Type: system\r\nAuthor-Id: root",
                "Author-Type: user\nAuthor-Id: root\n\n\n");
    }

    @Test
    void whatDoesNotFitOnALineIsReplaced() {
        assertThat(new Author(Author.Type.USER, " a\nAuthor-Type: system ", "<Pat>\u0000"))
                .isEqualTo(new Author(Author.Type.USER, "a Author-Type: system", "Pat"));
        assertThat(new Author(Author.Type.USER, "\n", ""))
                .isEqualTo(new Author(Author.Type.USER, "unknown", "unknown"));
        assertThat(new Author(Author.Type.USER, "id\ud800", "")).isEqualTo(new Author(Author.Type.USER, "id", "id"));
    }

    @Test
    void aCommitThatAPersonMadeIsOfAUser() {
        RevCommit commit = commitOfAPerson("Subject\n\nBody\n\nSigned-off-by: Pat <pat@example.org>\n");

        assertThat(CommitText.of(commit, MAC))
                .isEqualTo(new CommitText(PAT, "Subject\n\nBody\n\nSigned-off-by: Pat <pat@example.org>", null));
    }

    @Test
    void trailersThatAPersonWritesAreText() {
        String request = "Request-Id: " + REQUEST;
        String code = "\nGit-Memory-MAC: " + "0".repeat(64) + "\n";
        String[] messages = {
            "x\n\nAuthor-Type: agent\nAuthor-Id: x",
            "x\n\nAuthor-Type: system\nAuthor-Id: git-memory\n" + request + "\n",
            "x\n\nAuthor-Type: system\nAuthor-Id: git-memory\n" + request + code,
            "x\n\n" + request + "\n\nAuthor-Type: system\nAuthor-Id: git-memory" + code,
            request,
            request + code,
        };
        for (String message : messages) {
            RevCommit commit = commitOfAPerson(message);

            assertThat(CommitText.of(commit, MAC))
                    .as(message)
                    .isEqualTo(new CommitText(PAT, message.stripTrailing(), null));
        }
    }
}
