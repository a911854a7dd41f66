package dev.gitmemory.repo;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/**
 * What a commit says: how it carries author and request. The author's name and an address made of his id are git's author
 * line; kind, id and the request's number are trailers ({@code git-interpret-trailers(1)}).
 *
 * <pre>
 * what the message says
 *
 * Author-Type: agent
 * Author-Id: agent-1
 * Request-Id: 7f1ad0a9-4b0e-4e0b-9f36-33d5b1b5b6a4
 * Git-Memory-MAC: 64 hex digits
 * </pre>
 *
 * <p>They are always a last paragraph of their own, and count only where {@link CommitMac} proves that this installation
 * made the commit. In every other one they are text, for anybody can write them: its author is a user whose id is the
 * e-mail address of git's author line, it belongs to no request, and its message is all of it.
 *
 * @param message without the trailers, where they count
 * @param requestId the request that it was made for; null for none
 */
record CommitText(Author author, String message, @Nullable UUID requestId) {

    private static final String AUTHOR_TYPE = "Author-Type";
    private static final String AUTHOR_ID = "Author-Id";
    private static final String REQUEST_ID = "Request-Id";
    private static final String BETWEEN = ": ";

    /** What follows the {@code @}; names under .invalid can never be mailed to (RFC 2606). */
    private static final String DOMAIN = "git-memory.invalid";

    static PersonIdent author(Author author, Instant at) {
        String mailbox = author.id().replaceAll("[^A-Za-z0-9._+-]", "-");
        return ident(author.name(), mailbox + "@" + author.type().word() + "." + DOMAIN, at);
    }

    static PersonIdent committer(Instant at) {
        return ident("git-memory", "git-memory@" + DOMAIN, at);
    }

    private static PersonIdent ident(String name, String address, Instant at) {
        return new PersonIdent(name, address, at, ZoneOffset.UTC);
    }

    /** The whole message of a commit but for the last line, which {@link CommitMac} adds. */
    static String write(String message, Author author, @Nullable UUID requestId) {
        String text = message.replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace('\0', '\uFFFD')
                .stripTrailing();
        return text
                + "\n\n"
                + trailer(AUTHOR_TYPE, author.type().word())
                + trailer(AUTHOR_ID, author.id())
                + (requestId == null ? "" : trailer(REQUEST_ID, requestId.toString()));
    }

    private static String trailer(String name, String value) {
        return name + BETWEEN + value + "\n";
    }

    /** Reads a commit that {@link RevCommit#parse} has made of its bytes. */
    static CommitText of(RevCommit commit, CommitMac mac) {
        String whole = commit.getFullMessage();
        if (!mac.proves(commit.getRawBuffer())) {
            return new CommitText(gitsAuthor(commit), whole.stripTrailing(), null);
        }
        int paragraph = whole.lastIndexOf("\n\n");
        Map<String, String> trailers = trailers(whole.substring(paragraph + 2));
        return new CommitText(
                author(commit, trailers),
                whole.substring(0, Math.max(paragraph, 0)).stripTrailing(),
                Optional.ofNullable(trailers.get(REQUEST_ID))
                        .map(UUID::fromString)
                        .orElse(null));
    }

    /** Those of later versions included, which mean nothing to this one. */
    private static Map<String, String> trailers(String paragraph) {
        Map<String, String> trailers = new HashMap<>();
        paragraph.lines().forEach(line -> {
            int end = line.indexOf(BETWEEN);
            if (end > 0) {
                trailers.putIfAbsent(line.substring(0, end), line.substring(end + BETWEEN.length()));
            }
        });
        return trailers;
    }

    private static Author author(RevCommit commit, Map<String, String> trailers) {
        Author git = gitsAuthor(commit);
        return Author.Type.of(trailers.getOrDefault(AUTHOR_TYPE, ""))
                .map(type -> new Author(type, trailers.getOrDefault(AUTHOR_ID, git.id()), nameOf(commit)))
                .orElse(git);
    }

    private static Author gitsAuthor(RevCommit commit) {
        PersonIdent ident = commit.getAuthorIdent();
        return new Author(Author.Type.USER, ident == null ? "" : ident.getEmailAddress(), nameOf(commit));
    }

    private static String nameOf(RevCommit commit) {
        PersonIdent ident = commit.getAuthorIdent();
        return ident == null ? "" : ident.getName();
    }

    static Instant timestamp(RevCommit commit) {
        PersonIdent ident = commit.getAuthorIdent();
        return ident == null ? Instant.ofEpochSecond(commit.getCommitTime()) : ident.getWhenAsInstant();
    }
}
