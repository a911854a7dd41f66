package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.CapturedLog;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers of procedures see of a sidecar that starts and ends. */
class ServingTest {

    @TempDir
    Path folder;

    private EmbeddedDatabase database;
    private Application superuser;

    @BeforeEach
    void migrate() {
        database = EmbeddedDatabase.migrated();
        superuser = new Application(database.dataSource());
    }

    private Serving serve(int port) throws IOException, SQLException {
        ServerOptions server = new ServerOptions();
        server.listen = new ListenAddress("127.0.0.1", port);
        return Serving.start(
                Database.connect(database.sidecarSettings(), TableNames.DEFAULT),
                new StoreOptions(),
                folder,
                PathPolicy.PORTABLE,
                server,
                false);
    }

    private void awaitSidecars(int number) {
        while (sidecars() != number) {
            Thread.onSpinWait();
        }
    }

    private int sidecars() {
        return Integer.parseInt(String.valueOf(
                superuser.query("SELECT git_memory.sidecars() AS n").get(0).get("n")));
    }

    @Test
    void itIsThereForTheFirstCallAndCountsOnce() throws IOException, SQLException {
        try (Serving serving = serve(0)) {
            assertThat(serving.address().getPort()).isPositive();
            assertThat(sidecars()).isPositive();
            superuser.query("CALL git_memory.sync_all()");
            awaitSidecars(1);
        }
        awaitSidecars(0);
    }

    @Test
    void oneThatCannotStartIsNotThereAndSaysNothingOfListening() throws IOException, SQLException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CapturedLog lines = CapturedLog.of(dev.gitmemory.postgres.Listener.class)) {
            assertThatThrownBy(() -> serve(taken.getLocalPort())).hasMessageContaining("can't listen on");
            assertThat(lines.messages()).isEmpty();
        }
        awaitSidecars(0);
    }
}
