package dev.gitmemory.http;

import dev.gitmemory.service.Reason;

/** Why a request was not carried out: its HTTP status and the title of its problem document (RFC 9457). */
enum Problem {
    MALFORMED(400, "The request can't be understood"),
    FOREIGN(403, "A page of another origin may not do this"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "The method does not go with this address"),
    GONE(410, "It was removed for good"),
    CONFLICT(409, "The state of the agent or the block does not allow it"),
    STALE(412, "The block has changed since"),
    TOO_SLOW(408, "The request came too slowly"),
    TOO_LARGE(413, "The request is too large"),
    MEDIA_TYPE(415, "A body of this type is not taken"),
    MISDIRECTED(421, "The request is for another server"),
    RULE(422, "A rule for blocks is broken"),
    INTERNAL(500, "Something went wrong in git-memory"),
    UNAVAILABLE(503, "PostgreSQL or the object storage does not answer"),
    UNKNOWN(503, "The object storage did not confirm the write"),
    UNFIT(503, "The database is not as git-memory needs it"),
    BUSY(503, "git-memory has too much to do at the moment");

    private final int status;
    private final String title;

    Problem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    static Problem of(Reason reason) {
        return switch (reason) {
            case MALFORMED -> MALFORMED;
            case NOT_FOUND -> NOT_FOUND;
            case GONE -> GONE;
            case CONFLICT -> CONFLICT;
            case STALE -> STALE;
            case RULE -> RULE;
            case UNAVAILABLE -> UNAVAILABLE;
            case UNKNOWN -> UNKNOWN;
        };
    }

    static Problem ofStatus(int status) {
        for (Problem problem : values()) {
            if (problem.status == status) {
                return problem;
            }
        }
        return status < 500 ? MALFORMED : INTERNAL;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }
}
