package dev.gitmemory.sql;

import static dev.gitmemory.testing.FaultyStore.CreateFault.DELAYED;
import static dev.gitmemory.testing.FaultyStore.CreateFault.FAILED_BEFORE;
import static dev.gitmemory.testing.FaultyStore.CreateFault.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.FaultyStore;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A write that the storage was sent and did not confirm, and that arrives later, or was refused. */
final class UnknownOutcomeTest extends SqlTest {

    private FaultyStore faulty;
    private Sidecar sidecar;

    @BeforeEach
    void enable() throws SQLException, IOException {
        faulty = new FaultyStore(store);
        sidecar = sidecar(faulty);
        enabledAgent("a");
    }

    @Test
    void ofACallIsToldByAStateOfItsOwnAndTheWriteMayArrive() throws IOException {
        faulty.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);

        Session.Refused unknown = admin.refused("CALL git_memory.write_block('a', 'system/persona', 'late')");

        assertThat(unknown.state()).isEqualTo("MG109");
        assertThat(unknown.message()).startsWith("It is not known whether git has the write");
        assertThat(unknown.message() + unknown.detail() + unknown.hint()).doesNotContain("Nothing was", "nothing was");
        assertThat(unknown.hint()).startsWith("Read the block before the call is repeated");
        faulty.deliverLate();
        sidecar.memory().reconciler().run();
        assertThat(block("a", "system/persona", "value")).isEqualTo("late");
    }

    @Test
    void ofARequestIsToldAsAFieldAndTheWriteMayArrive() throws IOException {
        faulty.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);

        Http.Answer unknown = patch();

        assertThat(unknown.status()).as(unknown.body()).isEqualTo(503);
        assertThat(unknown.json().get("outcome").asText()).isEqualTo("unknown");
        assertThat(unknown.json().get("title").asText()).isEqualTo("The object storage did not confirm the write");
        assertThat(unknown.body()).contains("It is not known").doesNotContain("nothing was written");
        faulty.deliverLate();
        sidecar.memory().reconciler().run();
        assertThat(block("a", "system/persona", "value")).isEqualTo("late");
    }

    @Test
    void isNotWhatARefusalIsCalled() {
        faulty.nextCreates(REFUSED, REFUSED, REFUSED);
        Http.Answer refused = patch();
        faulty.nextCreates(REFUSED, REFUSED, REFUSED);
        Session.Refused call = admin.refused("CALL git_memory.write_block('a', 'system/persona', 'never')");

        assertThat(refused.status()).as(refused.body()).isEqualTo(503);
        assertThat(refused.json().has("outcome")).isFalse();
        assertThat(refused.body()).contains("nothing was written", "injected");
        assertThat(call.state()).isEqualTo("MG106");
        assertThat(call.message()).contains("nothing was written");
    }

    @Test
    void ofEnablingIsNoRefusal() throws IOException {
        application.createAgent("b");
        faulty.nextCreates(DELAYED, FAILED_BEFORE, FAILED_BEFORE);

        Http.Answer unknown = sidecar.http().post("/v1/agents/b/git-memory/enable", "");

        assertThat(unknown.status()).as(unknown.body()).isEqualTo(503);
        assertThat(unknown.json().path("outcome").asText()).as(unknown.body()).isEqualTo("unknown");
        faulty.deliverLate();
        assertThat(sidecar.http().post("/v1/agents/b/git-memory/enable", "").status())
                .isEqualTo(200);
    }

    private Http.Answer patch() {
        return sidecar.http().patch("/v1/agents/a/core-memory/blocks/system%2Fpersona", "{\"value\": \"late\"}");
    }
}
