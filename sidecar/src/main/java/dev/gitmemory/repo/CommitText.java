package dev.gitmemory.repo;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/**
 * How a commit carries its author: the name and an address made of the id in git's author line, kind and id as trailers
 * ({@code git-interpret-trailers(1)}).
 *
 * <pre>
 * what the message says
 *
 * Author-Type: agent
 * Author-Id: agent-1
 * </pre>
 *
 * <p>They are always a last paragraph of their own, and only such a one is read: what a message says of the kind stays
 * part of the message. A commit without it was made by a person with a git client; its author is a user whose id is the
 * e-mail address.
 */
final class CommitText {

    /** What follows the {@code @}; names under .invalid can never be mailed to (RFC 2606). */
    private static final String DOMAIN = "git-memory.invalid";

    private static final Pattern TRAILERS =
            Pattern.compile("(?s)(?:(.*)\n\n|\n*)Author-Type: (agent|user|system)\nAuthor-Id: ([^\n]+)\n*");

    private CommitText() {}

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

    /** The whole message of a commit. */
    static String message(String message, Author author) {
        String text = message.replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace('\0', '\uFFFD')
                .stripTrailing();
        return text + "\n\nAuthor-Type: " + author.type().word() + "\nAuthor-Id: " + author.id() + "\n";
    }

    static Author author(RevCommit commit) {
        PersonIdent ident = commit.getAuthorIdent();
        String name = ident == null ? "" : ident.getName();
        Matcher trailers = TRAILERS.matcher(commit.getFullMessage());
        if (trailers.matches()) {
            return new Author(type(trailers.group(2)), trailers.group(3), name);
        }
        return new Author(Author.Type.USER, ident == null ? "" : ident.getEmailAddress(), name);
    }

    static String message(RevCommit commit) {
        String whole = commit.getFullMessage();
        Matcher trailers = TRAILERS.matcher(whole);
        @Nullable String message = trailers.matches() ? trailers.group(1) : whole;
        return message == null ? "" : message.stripTrailing();
    }

    static Instant timestamp(RevCommit commit) {
        PersonIdent ident = commit.getAuthorIdent();
        return ident == null ? Instant.ofEpochSecond(commit.getCommitTime()) : ident.getWhenAsInstant();
    }

    private static Author.Type type(String word) {
        for (Author.Type type : Author.Type.values()) {
            if (type.word().equals(word)) {
                return type;
            }
        }
        throw new IllegalStateException("No author type is called " + word);
    }
}
