package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of the web can send here from a browser on this machine, and what a name that leads here lets it read. */
class WebPagesTest extends SidecarTest {

    @BeforeAll
    void enabled() {
        enabledAgent("a");
    }

    /** The answer to a request as it goes over the wire; {PORT} in the headers is the server's. */
    private String raw(String request, String headers, String body) throws IOException {
        String lines = headers.replace("{PORT}", "" + http.port()).replace("|", "\r\n") + "\r\n";
        return RawHttp.send(http.port(), request, lines, body);
    }

    private void assertUntouched() {
        assertThat(http.get(gitMemory("a")).text("state")).isEqualTo("enabled");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("I am a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:{PORT}",
                "LOCALHOST",
                "127.0.0.1:{PORT}",
                "127.8.9.1",
                "[::1]:{PORT}",
                "memory.example",
                "Memory.Example:443"
            })
    void namesOfThisMachineAndThoseThatWereNamedAreAnswered(String host) throws IOException {
        assertThat(raw("GET /v1/blocks", "Host: " + host, "")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:{PORT}",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil-localhost",
                "0.0.0.0",
                "memory.example.evil.example",
                "[::2]"
            })
    void otherNamesAreNot(String host) throws IOException {
        for (String request : new String[] {"GET /v1/blocks", "POST /v1/agents/a/git-memory/disable"}) {
            assertThat(raw(request, "Host: " + host, ""))
                    .startsWith("HTTP/1.1 421 ")
                    .contains("does not answer to the host name", "--public-host");
        }
        assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/readyz", "/metrics"})
    void whoeverWatchesItMayCallItByAnyName(String path) throws IOException {
        assertThat(raw("GET " + path, "Host: 10.0.0.7:8284", "")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "https://evil.example",
                "null",
                "http://localhost:1",
                "http://127.0.0.1",
                "file://",
                "http://localhost:{PORT}@evil.example",
                "chrome-extension://abc"
            })
    void aForeignPageChangesNothingEvenWithoutABody(String origin) throws IOException {
        String headers = "Host: localhost:{PORT}|Origin: " + origin;
        assertThat(raw("POST /v1/agents/a/git-memory/disable", headers, ""))
                .startsWith("HTTP/1.1 403 ")
                .contains("--public-host");
        assertThat(raw("POST /v1/agents/a/git-memory/disable", headers + "|Content-Type: text/plain", "{}"))
                .startsWith("HTTP/1.1 403 ");
        assertUntouched();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:{PORT}, http://localhost:{PORT}",
        "127.0.0.1:{PORT}, https://127.0.0.1:{PORT}",
        "localhost, https://memory.example",
        "localhost, http://MEMORY.example:3000",
    })
    void aPageOfOursMay(String host, String origin) throws IOException {
        assertThat(raw(
                        "PATCH /v1/agents/a/core-memory/blocks/system%2Fpersona",
                        "Host: " + host + "|Origin: " + origin + "|Content-Type: application/json",
                        "{\"value\":\"I am a\"}"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/plain",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: application/jsonx",
                "X-None: x"
            })
    void aBodyOfAnotherTypeIsNotRead(String type) throws IOException {
        assertThat(raw(
                        "PATCH /v1/agents/a/core-memory/blocks/system%2Fpersona",
                        "Host: localhost|" + type, "{\"value\":\"changed\"}"))
                .startsWith("HTTP/1.1 415 ")
                .contains("application/json", "Nothing was changed");
        assertUntouched();
    }

    @Test
    void jsonWithParametersIsJson() {
        assertThat(http.send(
                                "PATCH",
                                blocks("a") + "/system%2Fpersona",
                                "{\"value\":\"I am a\"}",
                                "Content-Type",
                                "Application/JSON; charset=utf-8")
                        .status())
                .isEqualTo(200);
    }
}
