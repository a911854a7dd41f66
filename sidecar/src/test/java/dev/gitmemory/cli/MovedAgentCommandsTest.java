package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the message about an agent of another organisation advises is what works. */
final class MovedAgentCommandsTest extends TransferTest {

    @Test
    void whatMayBeDoneWithAnAgentThatWasMovedIsSaidAndWorks() {
        enabledAgent("c1");
        application.update("INSERT INTO organizations (id, name) VALUES ('org-2', 'Two')");
        application.update("UPDATE agents SET organization_id = 'org-2' WHERE id = 'c1'");
        Path notes = folder.resolve("notes");
        write(notes.resolve("note.md"), "a note");
        List<List<Object>> refused = List.of(
                List.of("enable", "c1"),
                List.of("sync", "c1"),
                List.of("verify", "c1"),
                List.of("import", "--agent", "c1", "--from", notes),
                List.of("import", "--agent", "c1", "--from-rows"));
        for (List<Object> words : refused) {
            Cli.Run run = run(
                    String.valueOf(words.get(0)), words.subList(1, words.size()).toArray());
            assertThat(run.exitCode()).as(words.toString()).isEqualTo(1);
            assertThat(run.err()).as(words.toString()).contains("organisation 'org-2'", "'org-1'");
        }
        assertThat(Files.exists(store().resolve("org-2"))).isFalse();
        ok("compact", "c1");

        ok("export", "--agent", "c1", "--to", folder.resolve("memory.bundle"));
        ok("disable", "c1");
        application.createAgent("c2");
        application.update("UPDATE agents SET organization_id = 'org-2' WHERE id = 'c2'");
        importInto("c2", folder.resolve("memory.bundle"));
        assertInStep("c2");
        assertThat(application.block("c2", "system/persona", "value")).isEqualTo("I am c1");
        assertThat(Files.exists(store().resolve("org-2/c2/repo.git/log"))).isTrue();
        assertThat(ok("fsck", "--all")).contains(" 0 findings");
    }
}
