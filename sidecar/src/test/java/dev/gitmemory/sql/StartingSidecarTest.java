package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.Listener;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls at the moment in which a sidecar starts, is started anew, or goes. */
class StartingSidecarTest extends SqlTest {

    private static final int STARTS = 5;

    private @Nullable String sidecars() {
        return admin.value("SELECT git_memory.sidecars()");
    }

    private void awaitSidecars(String number) {
        eventually(() -> number.equals(sidecars()) ? true : null);
    }

    private Sidecar start() throws SQLException, IOException {
        return Sidecar.start(database, store);
    }

    @Test
    void aSidecarIsKnownWhenItHasStartedEachTimeAnew() throws SQLException, IOException {
        for (int i = 0; i < STARTS; i++) {
            try (Sidecar sidecar = start()) {
                assertThat(sidecars()).isEqualTo("1");
                if (i == 0) {
                    enabledAgent("a");
                }
                assertThat(write("a", "system/persona", "start " + i)).containsKey("git_sha");
                assertThat(sidecar.http().port()).isPositive();
            }
            awaitSidecars("0");
        }
    }

    @Test
    void ofTwoSidecarsOneMayGo() throws SQLException, IOException {
        try (Sidecar stays = start()) {
            try (Sidecar goes = start()) {
                assertThat(sidecars()).isEqualTo("2");
                enabledAgent("a");
                assertThat(goes.http().port()).isPositive();
            }
            awaitSidecars("1");
            assertThat(write("a", "system/persona", "one is left")).containsKey("git_sha");
            assertThat(stays.http().port()).isPositive();
        }
    }

    @Test
    @SuppressWarnings("try") // one announces and ends before the other
    void whoCallsWhileOneIsBeingStartedWaitsForIt() throws Exception {
        try (Sidecar before = start()) {
            enabledAgent("a");
            assertThat(before.http().port()).isPositive();
        }
        awaitSidecars("0");
        DatabaseSettings settings = new DatabaseSettings(database.jdbcUrl(), database.sidecarRole(), null);
        try (Database connected = Database.connect(settings, TableNames.DEFAULT);
                Listener announced = Listener.announce(connected)) {
            announced.awaitConnected();
            assertThat(sidecars()).isEqualTo("1");
            Session.Refused tooSoon =
                    admin.refused("CALL git_memory.write_block('a', 'system/persona', 'x', wait => '0.1 s')");
            assertThat(tooSoon.state()).isEqualTo("MG110");
            assertThat(tooSoon.message()).startsWith("the sidecars had no time for the request within");
            assertThat(tooSoon.detail()).endsWith("1 sidecar listens on this database.");
            assertThat(tooSoon.hint()).contains("are just being started");

            Session caller = session(adminRole);
            CompletableFuture<@Nullable String> call = CompletableFuture.supplyAsync(
                    () -> caller.call("CALL git_memory.write_block('a', 'system/persona', 'the first call')")
                            .get("git_sha"));
            eventually(() -> column("SELECT 1 FROM git_memory.requests WHERE state = 'queued'").stream()
                    .findFirst()
                    .orElse(null));
            try (Sidecar started = start()) {
                announced.close();
                assertThat(call.get()).hasSize(40);
                assertThat(started.http().port()).isPositive();
                awaitSidecars("1");
            }
        }
        assertThat(block("a", "system/persona", "value")).isEqualTo("the first call");
        awaitSidecars("0");
    }

    /** Whoever calls then waits for as long as he wants to, for another is being started in its place. */
    @Test
    void thatOneWasAtWorkAMomentAgoIsKnownWhenItIsGone() throws SQLException, IOException {
        assertThat(admin.value("SELECT git_memory.served_lately()")).isEqualTo("f");
        assertThat(admin.refused("CALL git_memory.sync_all(wait => '1 ms')").state())
                .isEqualTo("MG110");
        assertThat(admin.value("SELECT git_memory.served_lately()"))
                .as("nobody has taken that")
                .isEqualTo("f");
        try (Sidecar sidecar = start()) {
            enabledAgent("a");
            assertThat(sidecar.http().port()).isPositive();
        }
        awaitSidecars("0");
        assertThat(admin.value("SELECT git_memory.served_lately()")).isEqualTo("t");
        database.execute("UPDATE git_memory.request SET finished_at = finished_at - interval '1 min'");
        assertThat(admin.value("SELECT git_memory.served_lately()")).isEqualTo("f");
    }
}
