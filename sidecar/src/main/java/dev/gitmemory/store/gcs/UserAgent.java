package dev.gitmemory.store.gcs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.protocol.HttpContext;

/** Says in each request who sends it, in front of what the libraries say of themselves. */
final class UserAgent implements HttpRequestInterceptor {

    static final String PRODUCT = "git-memory/" + version();

    /** What the build has written for the command line. */
    private static final String VERSION = "/dev/gitmemory/cli/version.properties";

    @Override
    public void process(HttpRequest request, HttpContext context) {
        Header before = request.getFirstHeader(HttpHeaders.USER_AGENT);
        String libraries = before == null ? "" : before.getValue();
        if (!libraries.startsWith(PRODUCT)) {
            request.setHeader(HttpHeaders.USER_AGENT, (PRODUCT + " " + libraries).strip());
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = UserAgent.class.getResourceAsStream(VERSION)) {
            if (in == null) {
                throw new IllegalStateException(VERSION + " is missing from the class path: the build is broken");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
