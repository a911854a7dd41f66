package dev.gitmemory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.IllegalInstallationException;
import dev.gitmemory.postgres.StatementFailedException;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The key of commits is there, is one, and is the sidecars' alone; without it nothing starts. */
class CommitKeyTest extends SqlTest {

    private static final String DENIED = "42501";

    private Session sidecarSession() throws SQLException {
        return session(database.sidecarRole());
    }

    @Test
    void sidecarsReadItAndNobodyElse() throws SQLException {
        String shown = role("");
        superuser().call("SELECT git_memory.show_organization(?, 'org-1')", shown);
        for (String other : List.of(adminRole, role("IN ROLE git_memory_reader"), database.role(), shown)) {
            Session session = session(other);
            for (String sql : List.of(
                    "SELECT key FROM git_memory.commit_key",
                    "SELECT count(*) FROM git_memory.commit_key",
                    "UPDATE git_memory.commit_key SET key = sha256('mine')",
                    "COPY git_memory.commit_key TO STDOUT")) {
                assertThat(session.refused(sql).state()).as(other + ": " + sql).isEqualTo(DENIED);
            }
        }
        Session sidecar = sidecarSession();
        assertThat(sidecar.value("SELECT length(key) FROM git_memory.commit_key"))
                .isEqualTo("32");
        for (String sql : List.of(
                "UPDATE git_memory.commit_key SET key = sha256('mine')",
                "DELETE FROM git_memory.commit_key",
                "INSERT INTO git_memory.commit_key DEFAULT VALUES",
                "TRUNCATE git_memory.commit_key")) {
            assertThat(sidecar.refused(sql).state()).as(sql).isEqualTo(DENIED);
        }
    }

    @Test
    void thereIsOneOfFullLength() {
        Session superuser = superuser();
        assertThat(superuser
                        .refused("UPDATE git_memory.commit_key SET key = NULL")
                        .state())
                .isEqualTo("23502");
        assertThat(superuser
                        .refused("UPDATE git_memory.commit_key SET key = 'short'")
                        .state())
                .isEqualTo("23514");
        assertThat(superuser
                        .refused("INSERT INTO git_memory.commit_key DEFAULT VALUES")
                        .state())
                .isEqualTo("23505");
        String before = superuser.value("SELECT key FROM git_memory.commit_key");
        superuser.call("DELETE FROM git_memory.commit_key");
        superuser.call("INSERT INTO git_memory.commit_key DEFAULT VALUES");
        assertThat(superuser.value("SELECT key FROM git_memory.commit_key")).isNotEqualTo(before);
    }

    @Test
    void withoutItNothingStartsAndTheMessageSaysWhatToDo() throws SQLException {
        database.execute("DELETE FROM git_memory.commit_key");
        assertThatThrownBy(() -> Sidecar.start(database, store))
                .isInstanceOf(IllegalInstallationException.class)
                .hasMessageContaining("The database has no key for commits")
                .hasMessageContaining("INSERT INTO git_memory.commit_key DEFAULT VALUES");

        database.execute(
                "ALTER TABLE git_memory.commit_key ALTER key DROP NOT NULL",
                "INSERT INTO git_memory.commit_key (key) VALUES (NULL)");
        assertThatThrownBy(() -> Sidecar.start(database, store)).isInstanceOf(IllegalInstallationException.class);
    }

    @Test
    void whoIsNoSidecarIsToldThatHeMayNotReadIt() {
        try (Database connected = Database.connect(
                new DatabaseSettings(
                        database.jdbcUrl(),
                        adminRole,
                        database.superuserSettings().password()),
                TableNames.DEFAULT)) {
            assertThatThrownBy(() -> CommitKeys.read(connected))
                    .isInstanceOf(StatementFailedException.class)
                    .hasMessageContaining("permission denied for table commit_key");
        }
    }

    @Test
    void withAnotherKeyEverythingGoesOnAndEarlierCommitsAreShownAsAnybodys() throws SQLException, IOException {
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            assertThat(sidecar.http().port()).isPositive();
            enabledAgent("iris");
            write("iris", "system/persona", "before");
        }
        database.execute(
                "DELETE FROM git_memory.commit_key",
                "INSERT INTO git_memory.commit_key DEFAULT VALUES",
                "DELETE FROM git_memory.commit"); // the history comes from git again
        try (Sidecar sidecar = Sidecar.start(database, store)) {
            write("iris", "system/persona", "after");
            assertThat(sidecar.memory().verify("iris")).isEmpty();
            assertThat(sidecar.memory().sync("iris")).isEmpty();
            assertThat(sidecar.memory().views().history("iris", null, 10, null).commits())
                    .extracting(commit -> commit.author().id())
                    .containsExactly(
                            adminRole, adminRole + "@user.git-memory.invalid", adminRole + "@user.git-memory.invalid");
        }
    }
}
