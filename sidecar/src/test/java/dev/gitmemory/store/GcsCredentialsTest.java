package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.gitmemory.testing.gcs.GcsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which credentials a store opens with, and what is said when they are not good: by the environment of a process. */
final class GcsCredentialsTest {

    private final Path folder;

    GcsCredentialsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void anEmulatorNeedsNone() throws Exception {
        try (GcsServer server = GcsServer.start("bucket")) {
            assertThat(openWith("STORAGE_EMULATOR_HOST", server.address().replace("http://", "")))
                    .isEqualTo("opened gs://bucket");
        }
    }

    @Test
    void credentialsThatAreNotThereAreNamedWithTheWaysToGiveThem() throws Exception {
        Path missing = folder.resolve("none.json");

        assertThat(openWith("GOOGLE_APPLICATION_CREDENTIALS", missing.toString()))
                .startsWith("StoreException: There are no credentials for Google Cloud Storage (")
                .contains(missing.toString())
                .contains("gcloud auth application-default login");
    }

    @Test
    void expiredCredentialsAreToBeRenewed() throws Exception {
        HttpServer tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.createContext("/token", exchange -> {
            byte[] answer = "{\"error\": \"invalid_grant\", \"error_description\": \"Account deleted or key expired\"}"
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(400, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tokens.start();
        try {
            Path key = serviceAccount(tokens.getAddress().getPort());

            assertThat(openWith("GOOGLE_APPLICATION_CREDENTIALS", key.toString()))
                    .startsWith("StoreException: Can't list 'gs://bucket/': there is no token for the credentials: ")
                    .contains("expired")
                    .contains("invalid_grant")
                    .doesNotContain("PRIVATE KEY");
        } finally {
            tokens.stop(0);
        }
    }

    @Test
    void anotherAddressGetsTheCredentialsAndTheProjectThatIsBilled() throws Exception {
        try (GcsServer server = GcsServer.start("bucket")) {
            Path key = serviceAccount(1, "universe.invalid"); // which has tokens of its own making

            assertThat(openWith(
                            Map.of(
                                    "GOOGLE_APPLICATION_CREDENTIALS",
                                    key.toString(),
                                    "GOOGLE_CLOUD_QUOTA_PROJECT",
                                    "billed"),
                            server.address()))
                    .isEqualTo("opened gs://bucket");

            assertThat(server.headers("x-goog-user-project")).containsExactly("billed");
            assertThat(server.headers("authorization")).allMatch(header -> header.startsWith("Bearer ey"));
        }
    }

    @Test
    void theServiceOfAnotherUniverseIsAskedWhereTheCredentialsAreOfIt() throws Exception {
        Path key = serviceAccount(1, "universe.invalid");

        assertThat(openWith("GOOGLE_APPLICATION_CREDENTIALS", key.toString()))
                .isEqualTo("StoreException: Can't list 'gs://bucket/': the connection failed: the host name"
                        + " storage.universe.invalid is not known here");
    }

    @Test
    void anotherUniverseThanThatOfTheCredentialsIsRefused() throws Exception {
        Path key = serviceAccount(1, "universe.invalid");

        assertThat(openWith(Map.of(
                        "GOOGLE_APPLICATION_CREDENTIALS",
                        key.toString(),
                        "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
                        "other.invalid")))
                .startsWith("StoreException: The variable GOOGLE_CLOUD_UNIVERSE_DOMAIN is 'other.invalid', and the"
                        + " credentials are of the universe 'universe.invalid'");
    }

    @Test
    void anEmulatorAndAnotherAddressAreRefusedTogether() throws Exception {
        assertThat(openWith(Map.of("STORAGE_EMULATOR_HOST", "localhost:1"), "https://storage.example"))
                .startsWith(
                        "StoreException: The variable STORAGE_EMULATOR_HOST and the setting store-endpoint both say");
    }

    @Test
    void theProxyOfTheEnvironmentIsAskedForTheServiceAndNotForWhatIsExcepted() throws Exception {
        Path key = serviceAccount(1, "universe.invalid");
        try (RefusingProxy proxy = RefusingProxy.start()) {
            Map<String, String> environment = Map.of(
                    "GOOGLE_APPLICATION_CREDENTIALS",
                    key.toString(),
                    "https_proxy",
                    "http://user:p%40ss@127.0.0.1:" + proxy.port());

            assertThat(openWith(environment))
                    .startsWith("StoreException: Can't list 'gs://bucket/': The answer was HTTP 403")
                    .contains("proxy")
                    .doesNotContain("p@ss", "p%40ss");
            assertThat(proxy.asked().get(0))
                    .startsWith("CONNECT storage.universe.invalid:443 HTTP/1.1")
                    .contains("User-Agent: git-memory/");
            assertThat(proxy.asked().get(1)).contains("Proxy-Authorization: Basic dXNlcjpwQHNz"); // user:p@ss

            int before = proxy.asked().size();
            Map<String, String> excepted = new HashMap<>(environment);
            excepted.put("NO_PROXY", "example.org, .universe.invalid");
            assertThat(openWith(excepted)).contains("storage.universe.invalid is not known here");
            assertThat(proxy.asked()).hasSize(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://user:SECRET@proxy:1", "socks5://proxy:1", "http://user:SE CRET@proxy:1", "http://"})
    void aProxyThatCanNotBeUsedIsNamedByItsVariable(String proxy) throws Exception {
        Path key = serviceAccount(1, "universe.invalid");

        assertThat(openWith(Map.of("GOOGLE_APPLICATION_CREDENTIALS", key.toString(), "HTTPS_PROXY", proxy)))
                .startsWith("StoreException: The variable HTTPS_PROXY names no proxy that can be used")
                .doesNotContain("CRET");
    }

    private Path serviceAccount(int tokenPort) throws IOException, GeneralSecurityException {
        return serviceAccount(tokenPort, "googleapis.com");
    }

    private Path serviceAccount(int tokenPort, String universe) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String key = Base64.getMimeEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        Path file = folder.resolve("service-account.json");
        new ObjectMapper()
                .writeValue(
                        file.toFile(),
                        Map.of(
                                "type", "service_account",
                                "project_id", "test",
                                "private_key_id", "1",
                                "private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n",
                                "client_email", "sidecar@test.iam.gserviceaccount.com",
                                "client_id", "1",
                                "universe_domain", universe,
                                "token_uri", "http://127.0.0.1:" + tokenPort + "/token"));
        return file;
    }

    private String openWith(String variable, String value) throws IOException, InterruptedException {
        return openWith(Map.of(variable, value));
    }

    private String openWith(Map<String, String> environment, String... endpoint)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        GcsOpening.class.getName())
                .redirectError(folder.resolve("err").toFile());
        builder.command().addAll(List.of(endpoint));
        List.of(
                        "STORAGE_EMULATOR_HOST",
                        "GOOGLE_CLOUD_QUOTA_PROJECT",
                        "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
                        "HTTPS_PROXY",
                        "https_proxy",
                        "NO_PROXY",
                        "no_proxy")
                .forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (BufferedReader out = process.inputReader(UTF_8)) {
            String line = out.readLine();
            process.waitFor();
            return line == null ? "nothing but " + Files.readString(folder.resolve("err")) : line;
        }
    }
}
