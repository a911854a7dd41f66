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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                    .startsWith("StoreException: Can't list 'gs://bucket/': no token for the credentials")
                    .contains("expired")
                    .contains("invalid_grant")
                    .doesNotContain("PRIVATE KEY");
        } finally {
            tokens.stop(0);
        }
    }

    private Path serviceAccount(int tokenPort) throws IOException, GeneralSecurityException {
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
                                "token_uri", "http://127.0.0.1:" + tokenPort + "/token"));
        return file;
    }

    private String openWith(String variable, String value) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        GcsOpening.class.getName())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().remove("STORAGE_EMULATOR_HOST");
        builder.environment().put(variable, value);
        Process process = builder.start();
        try (BufferedReader out = process.inputReader(UTF_8)) {
            String line = out.readLine();
            process.waitFor();
            return line == null ? "nothing but " + Files.readString(folder.resolve("err")) : line;
        }
    }
}
