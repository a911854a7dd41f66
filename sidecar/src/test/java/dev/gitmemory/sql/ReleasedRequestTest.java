package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.RequestQueue.Taken;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** After PostgreSQL was away, a sidecar gives up what it was about and renews its leases, in any order. */
class ReleasedRequestTest extends SqlTest {

    private static final int SIDECAR = 7;
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aRequestThatWasReleasedIsFreeThoughItsLeaseIsRenewedAfterwards() throws SQLException {
        application.createAgent("iris");
        admin.call("SELECT git_memory.submit_sync_agent('iris')");
        try (Database connected = Database.connect(database.sidecarSettings(), TableNames.DEFAULT)) {
            Taken taken = take(connected);
            assertThat(renew(connected, taken)).isTrue();
            connected.execute(tx -> tx.requests().release(taken.attempt()));
            assertThat(renew(connected, taken)).isFalse();
            assertThat(take(connected).attempt().number()).isEqualTo(2);
        }
    }

    private static Taken take(Database connected) {
        return connected.inTransaction(tx -> tx.requests().take(SIDECAR, LONG)).orElseThrow();
    }

    private static boolean renew(Database connected, Taken taken) {
        return !connected
                .inTransaction(tx ->
                        tx.requests().renew(SIDECAR, List.of(taken.attempt().requestId()), LONG))
                .isEmpty();
    }
}
