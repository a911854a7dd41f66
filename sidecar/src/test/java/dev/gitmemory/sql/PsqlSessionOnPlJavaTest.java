package dev.gitmemory.sql;

import dev.gitmemory.testing.EmbeddedDatabase;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** {@link PsqlSessionTest} on a server with PL/Java, and with the guard in it. */
@EnabledIfEnvironmentVariable(
        named = EmbeddedDatabase.GIVEN,
        matches = ".+",
        disabledReason = EmbeddedDatabase.GIVEN + " names no server with PL/Java")
class PsqlSessionOnPlJavaTest extends PsqlSessionTest {

    @Override
    EmbeddedDatabase migrated() {
        return EmbeddedDatabase.onGivenServer();
    }
}
