package dev.gitmemory.http;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of the web out, which any browser on this machine may have open: they can send requests here, and by a name
 * of their own that leads here even read the answers. Thread-safe.
 *
 * <ul>
 *   <li>{@code Host} has to be a name of this machine, or one that the operator has named.
 *   <li>{@code Origin}, which browsers send with whatever may change something, has to be the same, or named as well.
 *   <li>A body has to be {@code application/json}: a page may send others without asking.
 * </ul>
 */
final class WebPages {

    private static final Pattern JSON = Pattern.compile(
            "\\s*application/json\\s*(?:;\\s*(?:charset=\"?utf-?8\"?|(?!charset)[^;]*)\\s*)*",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*]|[^:\\[\\]/@]+)(?::(\\d+))?");
    private static final Pattern ORIGIN = Pattern.compile("https?://([^/?#@]+)");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1]");

    private final Set<String> publicHosts;

    /** @param publicHosts names by which clients may call, without port */
    WebPages(Set<String> publicHosts) {
        this.publicHosts =
                publicHosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    void check(Context ctx) {
        String authority = ctx.header("Host");
        String host = host(authority);
        if (host == null || !isOurs(host)) {
            throw RequestException.of(
                    Problem.MISDIRECTED,
                    "Host",
                    "This server does not answer to the host name '%s'. It answers to localhost, and to those that --public-host names"
                            .formatted(authority == null ? "" : authority));
        }
        String origin = ctx.header("Origin");
        if (origin != null && !isOurs(origin, String.valueOf(authority))) {
            throw RequestException.of(
                    Problem.FOREIGN,
                    "Origin",
                    "The page at '%s' may not use this server; --public-host names those that may".formatted(origin));
        }
        if (ctx.contentLength() > 0 || ctx.header("Transfer-Encoding") != null) {
            requireJson(ctx);
        }
    }

    private static void requireJson(Context ctx) {
        String type = ctx.contentType();
        if (type == null || !JSON.matcher(type).matches()) {
            throw RequestException.of(
                    Problem.MEDIA_TYPE,
                    "Content-Type",
                    "A body must be application/json in UTF-8, and this one is %s; with curl: -H 'Content-Type: application/json'. Nothing was changed"
                            .formatted(type == null ? "of no type" : type));
        }
        String encoding = ctx.header("Content-Encoding");
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw RequestException.of(
                    Problem.MEDIA_TYPE,
                    "Content-Encoding",
                    "A body must not be compressed, and this one is %s. Nothing was changed".formatted(encoding));
        }
    }

    private boolean isOurs(String host) {
        return LOOPBACK.matcher(host).matches() || publicHosts.contains(host);
    }

    /** A page that came from here, or one of the named hosts: a proxy may have put another name in {@code Host}. */
    private boolean isOurs(String origin, String authority) {
        Matcher matcher = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return false; // null, or no page of the web's
        }
        String host = host(matcher.group(1));
        return matcher.group(1).equalsIgnoreCase(authority) || (host != null && publicHosts.contains(host));
    }

    /** Without port, in lower case; null where there is none. */
    private static @Nullable String host(@Nullable String authority) {
        Matcher matcher = AUTHORITY.matcher(authority == null ? "" : authority.strip());
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : null;
    }
}
