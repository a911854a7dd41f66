package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Http.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request brings that would have no effect: it is refused, and does nothing. */
class TakesTest extends SidecarTest {

    @BeforeAll
    void enabled() {
        enabledAgent("a");
        application.createAgent("b");
        application.createBlock("b", "block-b", "notes", "of b");
    }

    @AfterEach
    void nothingHasHappened() {
        assertThat(http.get(gitMemory("a")).text("state")).isEqualTo("enabled");
        assertThat(http.get(gitMemory("a") + "/history").json().get("commits")).hasSize(1);
        assertThat(http.get("/v1/blocks/count").body()).isEqualTo("2");
        assertThat(http.get(gitMemory("b")).text("state")).isEqualTo("disabled");
    }

    private void assertRefused(int status, @Nullable String field, String detail, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains(detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "POST   | /v1/agents/a/git-memory/disable?dry_run=true           | -                  | dry_run | There is no parameter 'dry_run' here",
                "POST   | /v1/agents/b/git-memory/enable?dry_run=true            | -                  | dry_run | There is no parameter 'dry_run' here",
                "DELETE | /v1/blocks/block-a?dry_run=true                        | -                  | dry_run | There is no parameter 'dry_run' here",
                "PATCH  | /v1/agents/a/core-memory/blocks/attach/block-b?dry=1   | -                  | dry     | There is no parameter 'dry' here",
                "PATCH  | /v1/blocks/block-a?reason=x                            | {\"value\": \"x\"} | reason  | There is no parameter 'reason' here",
                "POST   | /v1/blocks?agent=a                                     | {\"label\": \"x\"} | agent   | There is no parameter 'agent' here",
                "GET    | /v1/blocks/block-a?at=HEAD                             | -                  | at      | There is no parameter 'at' here",
                "GET    | /v1/agents/a/git-memory/history?lable=x                | -                  | lable   | There is no parameter 'lable' here; there are before, label, limit",
                "GET    | /v1/agents/a/git-memory/blocks?at=HEAD&at=x            | -                  | at      | 'at' is given more than once",
                "GET    | /v1/blocks?limit=2&limit=3                             | -                  | limit   | 'limit' is given more than once",
                "GET    | /v1/blocks?match_all_tags=true&match_all_tags=false    | -                  | match_all_tags | is given more than once",
                "POST   | /v1/agents/a/git-memory/disable                        | {\"dry_run\": 1}   | -       | Nothing can be asked for in a body here",
                "POST   | /v1/agents/a/git-memory/disable                        | nonsense           | -       | not valid JSON",
                "DELETE | /v1/blocks/block-a                                     | {\"value\": \"\"}  | -       | Nothing can be asked for in a body here",
                "PATCH  | /v1/agents/a/core-memory/blocks/attach/block-b         | {\"label\": \"x\"} | -       | Nothing can be asked for in a body here",
                "POST   | /v1/agents/a/git-memory/restore                        | {\"to\": \"HEAD\", \"lable\": \"system/persona\"} | lable | There is no field 'lable' here: did you mean label?",
            })
    void aRequestForWhatThereIsNotIsRefused(
            String method, String path, @Nullable String body, @Nullable String field, String detail) {
        assertRefused(400, field, detail, http.send(method, path, body));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/blocks?value_search=%E0%A4%A   | %E0%A4%A stands for no text",
                "/v1/blocks?value_search=%FF        | %FF stands for no text",
                "/v1/blocks?value_search=%          | % stands for no text",
                "/v1/blocks/a%00b                   | The address or a header can't be read: ",
                "/v1/blocks/a%zz                    | The address or a header can't be read: ",
                "/v1/blocks?%C3%28=x                | %C3%28=x stands for no text",
                "/v1/blocks?value_search=%ED%A0%80  | %ED%A0%80 stands for no text",
            })
    void anAddressThatIsNoTextIsRefused(String path, String detail) throws Exception {
        String answer = RawHttp.send(http.port(), "GET " + path, "", "");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains(detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /v1/agents/a/git-memory/restore                  | If-Match: *                      | 400 | If-Match can't be asked for here",
                "PATCH /v1/agents/a/core-memory/blocks/attach/block-b  | If-Match: *                      | 400 | If-Match can't be asked for here",
                "PATCH /v1/blocks/block-a                              | If-Match: \"x\"#If-Match: *      | 400 | 'If-Match' is given more than once",
                "PATCH /v1/blocks/block-a                              | user_id: a#user_id: b            | 400 | 'user_id' is given more than once",
                "PATCH /v1/blocks/block-a                              | Git-Memory-Author: agent:a#Git-Memory-Author: agent:b | 400 | 'Git-Memory-Author' is given more than once",
                "PATCH /v1/blocks/block-a                              | Content-Encoding: gzip           | 415 | must not be compressed, and this one is gzip",
                "PATCH /v1/blocks/block-a                              | Content-Type: application/json;charset=iso-8859-1 | 415 | must be application/json in UTF-8",
            })
    void aHeaderThatWouldHaveNoEffectIsRefused(String request, String headers, int status, String detail)
            throws Exception {
        String type = headers.startsWith("Content-Type") ? "" : "Content-Type: application/json\r\n";
        String answer =
                RawHttp.send(http.port(), request, type + headers.replace("#", "\r\n") + "\r\n", "{\"value\": \"x\"}");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains(detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/agents/a/core-memory/blocks/system%2Fpersona | 200",
                "/v1/agents/a/core-memory/blocks/none             | 404",
                "/v1/agents/none/git-memory                       | 404",
                "/v1/blocks/?limit=0                              | 400",
                "/v1/blocks/?foo=1                                | 400",
                "/healthz                                         | 200",
            })
    void headIsAnsweredAsGetIs(String path, int status) throws Exception {
        String get = RawHttp.send(http.port(), "GET " + path, "", "");
        String head = RawHttp.send(http.port(), "HEAD " + path, "", "");
        assertThat(head).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n");
        assertThat(headers(head)).isEqualTo(headers(get));
    }

    private static List<String> headers(String answer) {
        return answer.substring(0, answer.indexOf("\r\n\r\n"))
                .lines()
                .filter(line -> !line.startsWith("Date: "))
                .toList();
    }

    @Test
    void aMethodThatDoesNotGoWithAnAddressIsToldThoseThatDo() {
        Answer answer = http.send("PUT", "/v1/blocks/block-a", "{}");
        assertRefused(405, null, "PUT does not go with this address; ", answer);
        assertThat(answer.header("Allow"))
                .contains("GET", "HEAD", "PATCH", "DELETE")
                .doesNotContain("PUT");
    }

    @Test
    void whoCallsIsReadAsUtf8() throws Exception {
        String type = "Content-Type: application/json\r\n";
        String made = RawHttp.send(
                http.port(),
                "POST /v1/blocks",
                type + "user_id: j\u00f6rg\r\n",
                "{\"label\": \"x\", \"value\": \"x\"}");
        assertThat(made).startsWith("HTTP/1.1 200 ").contains("\"created_by_id\":\"j\u00f6rg\"");
        application.update("DELETE FROM block WHERE label = 'x'");
        assertThat(RawHttp.send(http.port(), "GET /v1/blocks", "user_id: a\r\nuser_id: b\r\n", ""))
                .startsWith("HTTP/1.1 400 ")
                .contains("'user_id' is given more than once");
    }

    @Test
    void anEmptyObjectAsksForNothing() throws Exception {
        Answer answer = http.post(gitMemory("a") + "/verify", "{}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        for (String type : new String[] {
            "application/json; charset=UTF-8", "Application/JSON;charset=\"utf-8\"", "application/json;v=1"
        }) {
            assertThat(RawHttp.send(
                            http.port(),
                            "POST /v1/agents/a/git-memory/verify",
                            "Content-Type: " + type + "\r\nContent-Encoding: identity\r\n",
                            "{}"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }
}
