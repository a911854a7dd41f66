package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the procedures say to labels whose files can't be checked out on Windows or macOS. */
final class PortableLabelsCallsTest extends SqlTest {

    @BeforeEach
    void serve() throws SQLException, IOException {
        sidecar();
    }

    private void assertRefused(String call, Object... parameters) {
        Session.Refused refused = admin.refused("CALL git_memory." + call, parameters);
        assertThat(refused.state()).isEqualTo("MG105");
        assertThat(refused.message())
                .contains("can't come anew: ", "Windows", "take another name, or allow it by --no-portable-labels");
    }

    @Test
    void theyAreNotCreatedAndNothingIsRenamedToThem() {
        enabledAgent("a");
        int commits = messages("a").size();
        for (String label : new String[] {"aux", "con/x", "a?b", "tail /x", "system/PERSONA"}) {
            assertRefused("create_block('a', ?, 'v')", label);
        }
        assertRefused("write_block('a', 'system/persona', changes => '{\"label\": \"NUL\"}')");
        assertThat(messages("a")).hasSize(commits);
        assertThat(application.labels("a")).containsExactly("system/persona");
        admin.call("CALL git_memory.write_block('a', 'system/persona', changes => '{\"label\": \"system/Persona\"}')");
        assertThat(application.labels("a")).containsExactly("system/Persona");
    }

    @Test
    void whoEnablesIsToldOfThoseThatAreThereAndOfEachRenamedLabel() {
        application.createAgent("a");
        application.createBlock("a", "block-a", "aux", "v");
        admin.call("CALL git_memory.enable_agent('a')");
        assertThat(admin.notices())
                .containsExactly(
                        "'system/aux' can't be checked out on every system, and can be renamed: Windows can't have its file"
                                + " 'system/aux.md', since 'aux' means a device there, with any ending",
                        "'aux' was renamed to 'system/aux'");
        write("a", "system/aux", "new");
        String first = column("SELECT sha FROM git_memory.history WHERE agent_id = 'a' ORDER BY seq")
                .get(0);
        admin.call("CALL git_memory.delete_block('a', 'system/aux')");
        assertRefused("create_block('a', 'system/aux', 'v')");
        admin.call("CALL git_memory.restore_block('a', 'system/aux', ?)", first);
        assertThat(block("a", "system/aux", "value")).isEqualTo("v");
        assertThat(column("SELECT agent_id FROM git_memory.drift")).isEmpty();
    }
}
