package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.MortalSidecar;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A sidecar that carries out SQL requests is killed at each step of them; another one takes them up. Then every request
 * has its result, had one effect, and those of an agent had them in their order.
 */
class RequestCrashTest extends SqlTest {

    @TempDir
    Path folder;

    /** The messages that the requests leave in the history of agent a, which are all different. */
    private static final List<String> HISTORY = List.of(
            "Enable git memory for a",
            "Update system/one",
            "Create system/new",
            "Rename system/new to system/newer",
            "Update system/shared",
            "Detach system/shared",
            "Attach system/shared",
            "Delete system/newer");

    private List<@Nullable String> submitAll() {
        List<@Nullable String> requests = new ArrayList<>();
        for (String call : List.of(
                "write_block('a', 'system/one', '1')",
                "create_block('a', 'system/new', 'n')",
                "enable_agent('c')",
                "write_block('p', 'plain', 'written')",
                "write_block('a', 'system/new', changes => '{\"label\": \"system/newer\"}')",
                "create_block('p', 'more', 'm')",
                "write_block('a', 'system/shared', 'both')",
                "write_block('c', 'system/one', 'c2')",
                "detach_block('a', 'block-shared')",
                "attach_block('a', 'block-shared')",
                "delete_block('p', 'more')",
                "disable_agent('c')",
                "delete_block('a', 'system/newer')",
                "restore_block('a', 'system/one', 'HEAD')",
                "sync_all()",
                "verify_agent('a')")) {
            requests.add(admin.value("SELECT git_memory.submit_" + call));
        }
        return requests;
    }

    @ParameterizedTest
    @EnumSource(value = Step.class, mode = EnumSource.Mode.MATCH_NONE, names = "INTENDED|TAGGED|UNTAGGED|COMPARED")
    void whereverASidecarDiesEachRequestHasOneEffect(Step step) throws Exception {
        for (int nth : new int[] {1, 3, 6}) {
            try (ObjectStore objects = Stores.open(store(step, nth))) {
                crash(step, nth, objects);
            }
            end();
            begin();
        }
    }

    private String store(Step step, int nth) {
        return folder.resolve(step + "-" + nth).toUri().toString();
    }

    private void crash(Step step, int nth, ObjectStore objects) throws Exception {
        application.createAgent("a");
        application.createBlock("a", "block-one", "system/one", "");
        application.createBlock("a", "block-shared", "system/shared", "");
        application.createAgent("b");
        application.link("b", "block-shared", "system/shared");
        application.createAgent("c");
        application.createBlock("c", "block-c", "one", "c");
        application.createAgent("p");
        application.createBlock("p", "block-p", "plain", "p");
        try (Sidecar sidecar = Sidecar.start(database, objects)) {
            assertThat(sidecar.http().port()).isPositive();
            admin.call("CALL git_memory.enable_agent('a')");
            admin.call("CALL git_memory.enable_agent('b')");
        }
        List<@Nullable String> requests = submitAll();
        assertThat(mortal(step, nth).waitFor()).isEqualTo(128 + 9);

        try (Sidecar sidecar = Sidecar.start(database, objects)) {
            for (String request : requests) {
                assertThat(admin.value("SELECT git_memory.await_request(?::uuid, '60 s')", request))
                        .isNotNull();
            }
            sidecar.memory().reconciler().run();
            assertThat(messages("a")).as("%s %s", step, nth).isEqualTo(HISTORY);
            assertThat(messages("b")).containsExactly("Enable git memory for b", "Update system/shared");
            assertThat(messages("c")).containsExactly("Enable git memory for c", "Update system/one");
            assertThat(application.labels("p")).containsExactly("plain");
            assertThat(block("p", "plain", "value")).isEqualTo("written");
            assertThat(application.labels("a")).containsExactly("system/one", "system/shared");
            for (String agent : List.of("a", "b")) {
                Map<String, @Nullable String> verified = admin.call("CALL git_memory.verify_agent(?)", agent);
                assertThat(verified).as("%s %s", step, admin.notices()).containsEntry("differences", "0");
            }
            assertThat(application.query("SELECT * FROM git_memory.drift")).isEmpty();
            assertThat(application.query("SELECT * FROM git_memory.intent")).isEmpty();
            assertThat(column("SELECT DISTINCT state FROM git_memory.request")).containsExactly("done");
        }
    }

    private Process mortal(Step step, int nth) throws IOException {
        return MortalSidecar.start(database, store(step, nth), step, nth);
    }
}
