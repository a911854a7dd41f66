package dev.gitmemory.sql;

import dev.gitmemory.testing.EmbeddedDatabase;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** {@link WaitingTest} on a server with PL/Java, and with the guard in it. */
@EnabledIfEnvironmentVariable(
        named = EmbeddedDatabase.GIVEN,
        matches = ".+",
        disabledReason = EmbeddedDatabase.GIVEN + " names no server with PL/Java")
class WaitingOnPlJavaTest extends WaitingTest {

    @Override
    EmbeddedDatabase migrated() {
        return EmbeddedDatabase.onGivenServer();
    }
}
