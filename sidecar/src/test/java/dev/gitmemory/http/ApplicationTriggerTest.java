package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http.Answer;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application's own triggers may refuse or fail where git has said yes already. */
class ApplicationTriggerTest extends SidecarTest {

    private Application owner;

    @BeforeAll
    void connectAsOwner() throws SQLException {
        owner = new Application(database.dataSource("postgres"));
    }

    private void trigger(String name, String word, String sqlState) {
        owner.update("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN".formatted(name)
                + " RAISE EXCEPTION 'no %s here' USING ERRCODE = '%s'; END $$".formatted(word, sqlState));
        owner.update(
                "CREATE TRIGGER %1$s BEFORE UPDATE ON block FOR EACH ROW WHEN (NEW.value LIKE '%%%2$s%%') EXECUTE FUNCTION %1$s()"
                        .formatted(name, word));
    }

    @ParameterizedTest
    @CsvSource({"P0001, cats", "XX000, dogs", "57014, cows"})
    void whatPostgresqlCannotApplyIsToldToBeInGitAndFollowsOnceItCan(String sqlState, String word) {
        String agent = "agent-" + word;
        enabledAgent(agent);
        trigger(word, word, sqlState);

        Answer answer = http.patch(blocks(agent) + "/system%2Fpersona", "{\"value\":\"I like " + word + "\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.text("detail"))
                .startsWith("The write is in git, and PostgreSQL can't follow git for agent " + agent)
                .contains("no " + word + " here");
        assertThat(http.get(gitMemory(agent) + "/blocks/system/persona").text("value"))
                .isEqualTo("I like " + word);

        Answer synced = http.post(gitMemory(agent) + "/sync", "");
        assertThat(synced.status()).as(synced.body()).isEqualTo(409);
        assertThat("The write is in git, and " + synced.text("detail")).isEqualTo(answer.text("detail"));

        owner.update("DROP TRIGGER " + word + " ON block");
        assertThat(http.post(gitMemory(agent) + "/sync", "").status()).isEqualTo(200);
        assertThat(application.block(agent, "system/persona", "value")).isEqualTo("I like " + word);
    }

    @Test
    void aRefusalOfAnAgentWithoutTheTagIsTheApplicationsOwnWord() {
        application.createAgent("plain");
        application.createBlock("plain", "block-plain", "persona", "I am plain");
        trigger("birds", "birds", "P0001");

        Answer answer = http.patch(blocks("plain") + "/persona", "{\"value\":\"I like birds\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("no birds here");
    }
}
