package dev.gitmemory.store.gcs;

import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import dev.gitmemory.store.StoreException;
import dev.gitmemory.store.StoreSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sets Google's client up: who is asking, over which connections, for how long, and how often. */
final class GcsClient implements AutoCloseable {

    /** Reading, creating, listing and deleting objects; not changing buckets or their rights. */
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(4);

    private final Storage storage;
    private final ApacheHttpTransport transport;

    private GcsClient(Storage storage, ApacheHttpTransport transport) {
        this.storage = storage;
        this.transport = transport;
    }

    /**
     * @param emulator the address of an emulator, without credentials; null for Google's with the application's default
     *     credentials
     * @throws IOException if there are no credentials
     */
    static GcsClient connect(StoreSettings settings, @Nullable String emulator, Attempts attempts) throws IOException {
        Credentials credentials = emulator == null ? credentials() : NoCredentials.getInstance();
        ApacheHttpTransport transport = new ApacheHttpTransport(ApacheHttpTransport.newDefaultHttpClientBuilder()
                // One connection for each request that may be under way, so that none has to be made for a burst.
                .setMaxConnTotal(settings.parallelism())
                .setMaxConnPerRoute(settings.parallelism())
                .evictIdleConnections(1, TimeUnit.MINUTES)
                .disableContentCompression()
                .addInterceptorLast(new Checksums())
                .build());
        int timeoutMillis = (int) Math.min(Integer.MAX_VALUE, settings.timeout().toMillis());
        StorageOptions.Builder options = StorageOptions.http()
                .setStorageRetryStrategy(attempts)
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(() -> transport)
                        .setConnectTimeout(timeoutMillis)
                        .setReadTimeout(timeoutMillis)
                        .build())
                .setRetrySettings(backOff(settings.retryFor()))
                // For the list of a project's buckets only; without one the client looks for it on the network.
                .setProjectId("unused")
                .setCredentials(credentials);
        if (emulator != null) {
            options.setHost(emulator.contains("://") ? emulator : "http://" + emulator);
        }
        return new GcsClient(options.build().getService(), transport);
    }

    Storage storage() {
        return storage;
    }

    @Override
    public void close() {
        try {
            storage.close();
            transport.shutdown();
        } catch (Exception e) {
            throw new IllegalStateException("Closing the client of Google Cloud Storage failed", e);
        }
    }

    private static Credentials credentials() throws IOException {
        try {
            return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
        } catch (IOException e) {
            throw new StoreException(
                    "There are no credentials for Google Cloud Storage (" + e.getMessage()
                            + "). Give this machine or workload a service account, or set GOOGLE_APPLICATION_CREDENTIALS"
                            + " to the file of one, or run 'gcloud auth application-default login'",
                    e);
        }
    }

    /** Each pause is random, between once and twice its length, so that those who failed together come back apart. */
    private static RetrySettings backOff(Duration total) {
        return RetrySettings.newBuilder()
                .setInitialRetryDelayDuration(FIRST_BACK_OFF)
                .setRetryDelayMultiplier(1.5)
                .setMaxRetryDelayDuration(LONGEST_BACK_OFF)
                .setTotalTimeoutDuration(total)
                .setMaxAttempts(Attempts.MOST)
                .build();
    }
}
