package dev.gitmemory.testing.gcs;

/** What goes wrong with a request. */
public enum GcsFault {
    /** 429: asked too often. */
    TOO_MANY_REQUESTS(429),
    /** 503: out of order. */
    UNAVAILABLE(503),
    /** 408: the service gave up on the request. */
    REQUEST_TIMEOUT(408),
    /** 401: nobody knows the credentials. */
    UNAUTHORIZED(401),
    /** 403: the account may not. */
    FORBIDDEN(403),
    /** 412 although nothing is there. */
    PRECONDITION_FAILED(412),
    /** 429, and the request has its effect. */
    TOO_MANY_REQUESTS_AFTER(429),
    /** 503, and the request has its effect. */
    UNAVAILABLE_AFTER(503),
    /** 408, and the request has its effect. */
    REQUEST_TIMEOUT_AFTER(408),
    /** 412 from whoever sent the request again on the way: it has its effect. */
    PRECONDITION_FAILED_AFTER(412),
    /** A page of a proxy with the status 403, and no effect. */
    PROXY_FORBIDDEN(403),
    /** A page of a proxy with the status 403, and the request has its effect. */
    PROXY_FORBIDDEN_AFTER(403),
    /** A page of a proxy with the status 404, and no effect. */
    PROXY_NOT_FOUND(404),
    /** 308 to nowhere, as from a proxy or for a bucket elsewhere. */
    REDIRECT(308),
    /** The connection is reset before the request has any effect. */
    RESET_BEFORE(0),
    /** The request has its effect, and the connection is reset before the answer. */
    RESET_AFTER(0),
    /** No answer ever, and no effect. */
    STALL_BEFORE(0),
    /** The request has its effect, and there is no answer ever. */
    STALL_AFTER(0),
    /** No answer; the request has its effect once the client has given up. */
    LATE(0),
    /** No answer; the request has its effect when {@link GcsServer#deliverHeld} is called. */
    HELD(0),
    /** An answer of which a byte comes every now and then, without end, and no effect. */
    DRIPPING(0),
    /** The answer breaks off in the middle of its body. */
    TRUNCATED(0),
    /** One byte of the object is another one: of what arrives when it is an upload, of what is sent otherwise. */
    CORRUPTED(0);

    private final int status;

    GcsFault(int status) {
        this.status = status;
    }

    /** The status that is answered; 0 if it is not about a status. */
    int status() {
        return status;
    }

    /** Whether the request has its effect before it is answered. */
    boolean hasEffect() {
        return name().endsWith("_AFTER");
    }

    /** Whether a proxy answers. */
    boolean isOfProxy() {
        return name().startsWith("PROXY_");
    }
}
