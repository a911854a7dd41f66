package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said when something else than Google Cloud Storage answers, or nothing could. */
final class GcsAnswersTest {

    private static final StoreSettings SETTINGS =
            new StoreSettings("gs://bucket/p", 4, Duration.ofSeconds(20), Duration.ZERO, Duration.ofMinutes(1));

    private static ObjectStore open(String emulator) throws IOException {
        return Stores.open(SETTINGS, new SimpleMeterRegistry(), Clock.systemUTC(), emulator);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "200|application/json|{\"items\":[{}]}|not one of Google Cloud Storage",
                "200|application/json|garbage, SECRET PAGE|not one of Google Cloud Storage",
                "200|text/html|<html>SECRET PAGE</html>|not one of Google Cloud Storage",
                "401|text/html|<html>SECRET PAGE</html>|HTTP 401",
                "403|text/html|<html>SECRET PAGE</html>|HTTP 403",
                "404|text/html|<html>SECRET PAGE</html>|HTTP 404",
                "500|text/html|<html>SECRET PAGE</html>|HTTP 500"
            })
    void anAnswerOfSomebodyElseIsNamedInOneLine(int status, String type, String body, String told) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            Throwable refused = catchThrowable(
                    () -> open("http://127.0.0.1:" + server.getAddress().getPort()));

            assertThat(refused)
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("Can't list 'gs://bucket/p/': ")
                    .hasMessageContaining(told)
                    .hasMessageContaining("STORAGE_EMULATOR_HOST");
            assertThat(refused.getMessage()).doesNotContain("SECRET", "Exception", "GET ", "\n");
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ht!tp://:x y", "http://", "ftp://host", "http://user:SECRET@host", "a b"})
    void anAddressOfAnEmulatorThatIsNoneIsRefusedWithTheVariable(String address) {
        assertThatThrownBy(() -> open(address))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("STORAGE_EMULATOR_HOST")
                .hasMessageContaining("http://localhost:4443")
                .hasMessageNotContaining("SECRET")
                .hasNoCause();
    }
}
