package dev.gitmemory.store.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import com.google.api.gax.retrying.BasicResultRetryAlgorithm;
import com.google.api.gax.retrying.ResultRetryAlgorithm;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import dev.gitmemory.store.StoreException;
import dev.gitmemory.store.StoreSettings;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

/** Sets Google's client up: who is asking, over which connections, for how long, and how often. */
final class GcsClient implements AutoCloseable {

    /** Reading, creating, listing and deleting objects; not changing buckets or their rights. */
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private final Storage storage;
    private final ApacheHttpTransport transport;
    private final Watchdog watchdog;

    private GcsClient(Storage storage, ApacheHttpTransport transport, Watchdog watchdog) {
        this.storage = storage;
        this.transport = transport;
        this.watchdog = watchdog;
    }

    /**
     * @param emulator the address of an emulator, without credentials; null for Google's with the application's default
     *     credentials
     * @param environment answers a variable's value, or null
     * @throws IOException if there are no credentials, or something in the environment does not go with others
     */
    static GcsClient connect(
            StoreSettings settings, @Nullable String emulator, UnaryOperator<@Nullable String> environment)
            throws IOException {
        if (emulator != null && settings.endpoint() != null) {
            throw new StoreException(
                    "The variable STORAGE_EMULATOR_HOST and the setting store-endpoint both say where the storage is:"
                            + " leave out one of them",
                    null);
        }
        StorageOptions.Builder options = StorageOptions.http()
                .setStorageRetryStrategy(new Once())
                // For the list of a project's buckets only; without one the client looks for it on the network.
                .setProjectId("unused");
        if (emulator != null) {
            options.setHost(GcsEndpoint.ofEmulator(emulator));
        } else if (settings.endpoint() != null) {
            options.setHost(settings.endpoint());
        }
        Watchdog watchdog = new Watchdog();
        ApacheHttpTransport transport =
                new ApacheHttpTransport(watchdog.around(http(settings, emulator == null ? environment : name -> null)));
        try {
            if (emulator != null) {
                options.setCredentials(NoCredentials.getInstance());
            } else {
                GoogleCredentials credentials = credentials(transport);
                options.setCredentials(credentials)
                        .setUniverseDomain(
                                GcsEndpoint.universe(credentials, environment.apply(GcsEndpoint.universeVariable())));
            }
            int timeoutMillis =
                    (int) Math.min(Integer.MAX_VALUE, settings.attemptTimeout().toMillis());
            options.setTransportOptions(HttpTransportOptions.newBuilder()
                    .setHttpTransportFactory(() -> transport)
                    .setConnectTimeout(timeoutMillis)
                    .setReadTimeout(timeoutMillis)
                    .build());
            return new GcsClient(options.build().getService(), transport, watchdog);
        } catch (IOException | RuntimeException e) {
            transport.shutdown();
            watchdog.close();
            throw e;
        }
    }

    private static CloseableHttpClient http(StoreSettings settings, UnaryOperator<@Nullable String> environment)
            throws StoreException {
        HttpClientBuilder client = ApacheHttpTransport.newDefaultHttpClientBuilder()
                // One connection for each request that may be under way, so that none has to be made for a burst.
                .setMaxConnTotal(settings.parallelism())
                .setMaxConnPerRoute(settings.parallelism())
                .evictIdleConnections(1, TimeUnit.MINUTES)
                .disableContentCompression()
                .setRequestExecutor(new SentUploads())
                .setUserAgent(UserAgent.PRODUCT)
                .addInterceptorLast(new UserAgent())
                .addInterceptorLast(new Checksums());
        ProxyRoutes.take(client, environment);
        return client.build();
    }

    Storage storage() {
        return storage;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    @Override
    public void close() {
        try {
            storage.close();
            transport.shutdown();
            watchdog.close();
        } catch (Exception e) {
            throw new IllegalStateException("Closing the client of Google Cloud Storage failed", e);
        }
    }

    /** Tokens are fetched over the same transport, so that this, too, ends with a deadline. */
    private static GoogleCredentials credentials(HttpTransport transport) throws IOException {
        try {
            return GoogleCredentials.getApplicationDefault(() -> transport).createScoped(SCOPE);
        } catch (IOException e) {
            throw new StoreException(
                    "There are no credentials for Google Cloud Storage (" + e.getMessage()
                            + "). Give this machine or workload a service account, or set GOOGLE_APPLICATION_CREDENTIALS"
                            + " to the file of one, or run 'gcloud auth application-default login'",
                    e);
        }
    }

    /** Sends nothing again: {@link Attempts} does. */
    private static final class Once implements StorageRetryStrategy {

        private static final long serialVersionUID = 1L;

        @Override
        public ResultRetryAlgorithm<?> getIdempotentHandler() {
            return new BasicResultRetryAlgorithm<Object>() {
                @Override
                public boolean shouldRetry(@Nullable Throwable failure, @Nullable Object response) {
                    return false;
                }
            };
        }

        @Override
        public ResultRetryAlgorithm<?> getNonidempotentHandler() {
            return getIdempotentHandler();
        }
    }
}
