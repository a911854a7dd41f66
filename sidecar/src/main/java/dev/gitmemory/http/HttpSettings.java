package dev.gitmemory.http;

import java.util.Set;

/**
 * Where and to whom the HTTP interface answers.
 *
 * @param host the name or address to listen on
 * @param port 0 for any free one
 * @param publicHosts host names, without port, by which clients may call it besides this machine's own
 * @param defaultUserId whom requests without the header {@code user_id} come from
 * @param version of this build, which health checks are told
 */
public record HttpSettings(String host, int port, Set<String> publicHosts, String defaultUserId, String version) {

    /** Copies the names. */
    public HttpSettings {
        publicHosts = Set.copyOf(publicHosts);
    }
}
