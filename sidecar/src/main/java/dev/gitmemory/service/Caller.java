package dev.gitmemory.service;

import dev.gitmemory.repo.Author;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf something is done.
 *
 * @param userId what the rows' bookkeeping columns record
 * @param author what commits record
 * @param once the request by which it is asked for, where it must take effect once; null where a repetition is the
 *     caller's own
 */
public record Caller(String userId, Author author, @Nullable Once once) {

    public Caller(String userId, Author author) {
        this(userId, author, null);
    }

    /** The number of the request; null where it is none that must take effect once. */
    @Nullable
    UUID requestId() {
        return once == null ? null : once.requestId();
    }

    /** The organisation of a Letta server's default user, to which what has no agent belongs. */
    public static final String DEFAULT_ORGANIZATION = "org-00000000-0000-4000-8000-000000000000";

    /** The default user of a Letta server, to whom calls without a name belong. */
    public static final String DEFAULT_USER = "user-00000000-0000-4000-8000-000000000000";

    public static Caller user(String userId) {
        return new Caller(userId, new Author(Author.Type.USER, userId, userId));
    }

    /** The sidecar itself. */
    public static Caller system() {
        return new Caller(DEFAULT_USER, new Author(Author.Type.SYSTEM, "git-memory", "git-memory"));
    }
}
