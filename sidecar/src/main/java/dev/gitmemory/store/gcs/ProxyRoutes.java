package dev.gitmemory.store.gcs;

import dev.gitmemory.store.StoreException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.DefaultRoutePlanner;
import org.apache.http.impl.conn.DefaultSchemePortResolver;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * The way through the proxy that the environment names, as other programs go: {@code HTTPS_PROXY}, but to the hosts of
 * {@code NO_PROXY}; in lower case, too. What goes over plain HTTP, to an emulator or the server of credentials of the
 * machine, goes directly. Thread-safe.
 */
final class ProxyRoutes extends DefaultRoutePlanner {

    private static final String NAME = "HTTPS_PROXY";

    private final HttpHost proxy;
    private final List<String> exceptions;

    private ProxyRoutes(HttpHost proxy, List<String> exceptions) {
        super(DefaultSchemePortResolver.INSTANCE);
        this.proxy = proxy;
        this.exceptions = exceptions;
    }

    /**
     * Has a client go so, where the environment names a proxy; else it goes as the properties of Java say.
     *
     * @param environment answers a variable's value, or null
     * @throws StoreException if it names none that can be used; the message tells nothing of what may be a secret
     */
    static void take(HttpClientBuilder client, UnaryOperator<@Nullable String> environment) throws StoreException {
        String named = variable(NAME, environment);
        if (named == null) {
            return;
        }
        URI uri = parse(named.contains("://") ? named : "http://" + named);
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        HttpHost proxy = new HttpHost(uri.getHost(), port, "http");
        client.setRoutePlanner(new ProxyRoutes(proxy, exceptions(variable("NO_PROXY", environment))));
        String user = uri.getUserInfo();
        if (user != null) {
            BasicCredentialsProvider credentials = new BasicCredentialsProvider();
            int colon = user.indexOf(':');
            credentials.setCredentials(
                    new AuthScope(proxy),
                    colon < 0
                            ? new UsernamePasswordCredentials(user, "")
                            : new UsernamePasswordCredentials(user.substring(0, colon), user.substring(colon + 1)));
            client.setDefaultCredentialsProvider(credentials);
        }
    }

    private static @Nullable String variable(String name, UnaryOperator<@Nullable String> environment) {
        return Stream.of(name.toLowerCase(Locale.ROOT), name)
                .map(environment)
                .filter(value -> value != null && !value.isBlank())
                .map(String::strip)
                .findFirst()
                .orElse(null);
    }

    private static URI parse(String url) throws StoreException {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null && "http".equalsIgnoreCase(uri.getScheme())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below, and without what it is: it may hold a secret.
        }
        throw new StoreException(
                "The variable " + NAME
                        + " names no proxy that can be used: set it to one that is spoken to by HTTP, as in"
                        + " http://proxy.example:3128 (no https:// or socks:// proxies; other characters than letters and"
                        + " digits of a user name or password as %XX), or unset it",
                null);
    }

    private static List<String> exceptions(@Nullable String list) {
        return list == null
                ? List.of()
                : Pattern.compile("[,\\s]+")
                        .splitAsStream(list.toLowerCase(Locale.ROOT))
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    @Override
    protected @Nullable HttpHost determineProxy(HttpHost target, HttpRequest request, HttpContext context) {
        return target.getSchemeName().equals("https") && !isException(target) ? proxy : null;
    }

    private boolean isException(HttpHost target) {
        String host = target.getHostName().toLowerCase(Locale.ROOT);
        int port = target.getPort() < 0 ? 443 : target.getPort();
        return exceptions.stream().anyMatch(exception -> {
            String name = exception.replaceFirst("^\\*?\\.", "");
            String ofPort = ":" + port;
            String bare = name.endsWith(ofPort) ? name.substring(0, name.length() - ofPort.length()) : name;
            return exception.equals("*") || host.equals(bare) || host.endsWith("." + bare);
        });
    }
}
