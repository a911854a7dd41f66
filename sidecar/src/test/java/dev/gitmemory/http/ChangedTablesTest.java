package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The application's tables are changed under a running sidecar so that it can't go on. */
class ChangedTablesTest extends SidecarTest {

    private static final String ADVICE = "\"git-memory migrate --check\" names what to mend";

    private Application owner;

    @BeforeEach
    void takeAColumnAway() throws SQLException {
        owner = new Application(database.dataSource("postgres"));
        enabledAgent("a");
        owner.update("ALTER TABLE block RENAME COLUMN description TO summary");
    }

    @AfterEach
    void giveItBack() {
        owner.update("ALTER TABLE block RENAME COLUMN summary TO description");
        Answer answer = http.get(blocks("a") + "/system%2Fpersona");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void anAnswerNamesTheColumnThatIsGoneAndWhoToAsk() {
        for (Answer answer : new Answer[] {
            http.get(blocks("a")),
            http.get(blocks("a") + "/system%2Fpersona"),
            http.patch(blocks("a") + "/system%2Fpersona", "{\"value\":\"x\"}"),
            http.post(gitMemory("a") + "/sync", "")
        }) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.text("title")).isEqualTo("The database is not as git-memory needs it");
            assertThat(answer.text("detail")).contains("description", "does not exist", ADVICE);
        }
    }
}
