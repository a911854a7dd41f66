package dev.gitmemory.service;

import dev.gitmemory.repo.Author;

/**
 * On whose behalf something is done.
 *
 * @param userId what the rows' bookkeeping columns record
 * @param author what commits record
 */
public record Caller(String userId, Author author) {

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
