package dev.gitmemory.store.gcs;

import com.google.auth.oauth2.GoogleCredentials;
import dev.gitmemory.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which service is spoken to: at which address, and of which universe, as Google calls a cloud that is not its public one. */
public final class GcsEndpoint {

    private static final String UNIVERSE = "GOOGLE_CLOUD_UNIVERSE_DOMAIN";
    private static final Set<String> HTTP = Set.of("http", "https");
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    private GcsEndpoint() {}

    /** Says what is wrong with an address to which credentials shall be sent; empty when nothing is. */
    public static Optional<String> problemWith(String endpoint) {
        URI uri = parse(endpoint);
        return uri != null && isForSecrets(uri) && uri.getRawQuery() == null && uri.getRawFragment() == null
                ? Optional.empty()
                : Optional.of("it must be https://HOST, without a user name, '?' and '#': credentials are sent there");
    }

    private static boolean isForSecrets(URI uri) {
        return "https".equals(uri.getScheme()) || LOOPBACK.contains(uri.getHost());
    }

    /** The address of an emulator, which gets no credentials. */
    static String ofEmulator(String emulator) throws StoreException {
        String url = emulator.contains("://") ? emulator : "http://" + emulator;
        if (parse(url) == null) {
            throw new StoreException(
                    "The variable STORAGE_EMULATOR_HOST holds no address of an emulator: set it to one as in"
                            + " http://localhost:4443, without a user name, or unset it to use Google Cloud Storage itself",
                    null);
        }
        return url;
    }

    /** Null where it is none; nobody is told what it is, for it may hold a secret. */
    private static @Nullable URI parse(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null && uri.getUserInfo() == null && HTTP.contains(uri.getScheme()) ? uri : null;
        } catch (URISyntaxException e) {
            return null; // as said above
        }
    }

    /**
     * The universe that credentials are good for.
     *
     * @param named what the environment names; null for nothing
     * @throws StoreException if that is another one,
     *     or the machine's metadata server does not say of which they are
     */
    static String universe(GoogleCredentials credentials, @Nullable String named) throws StoreException {
        String own;
        try {
            own = credentials.getUniverseDomain();
        } catch (IOException e) {
            throw new StoreException(
                    "The metadata server of this machine does not say of which universe domain its credentials are: "
                            + e.getMessage() + ". Try again later",
                    e);
        }
        if (named != null && !named.isBlank() && !named.strip().equals(own)) {
            throw new StoreException(
                    "The variable " + UNIVERSE + " is '" + named.strip()
                            + "', and the credentials are of the universe '" + own
                            + "': correct the one or the other; without the variable it is that of the credentials",
                    null);
        }
        return own;
    }

    /** The variable by which Google's programs are told of another universe. */
    static String universeVariable() {
        return UNIVERSE;
    }
}
