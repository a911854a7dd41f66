package dev.gitmemory.sql;

import dev.gitmemory.testing.EmbeddedDatabase;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** {@link CallsTest} on a server with PL/Java, and with the guard in it. */
@EnabledIfEnvironmentVariable(
        named = EmbeddedDatabase.GIVEN,
        matches = ".+",
        disabledReason = EmbeddedDatabase.GIVEN + " names no server with PL/Java")
class CallsOnPlJavaTest extends CallsTest {

    @Override
    EmbeddedDatabase migrated() {
        return EmbeddedDatabase.onGivenServer();
    }
}
