package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.LockSettings;
import dev.gitmemory.postgres.MigrationException;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Migrating while others have the tables open. */
@OnEveryTarget
class MigrationLocksTest extends GuardTest {
    private static final String TRIGGERS = """
            SELECT format('%s %s %s %s', t.oid, t.tgrelid::regclass, t.tgname, t.tgenabled)
              FROM pg_trigger t
              JOIN pg_proc p ON p.oid = t.tgfoid
             WHERE p.pronamespace = 'git_memory'::regnamespace
             ORDER BY t.tgrelid, t.tgname
            """;
    private static final LockSettings ONE_TRY = new LockSettings(Duration.ofMillis(20), Duration.ZERO);
    private static final LockSettings PATIENT = new LockSettings(Duration.ofMillis(20), Duration.ofMinutes(5));

    private final List<String> progress = new ArrayList<>();

    MigrationLocksTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private Migrations migrations(GuardedDatabase own, LockSettings locks) {
        return new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                .waitingForLocks(locks, progress::add);
    }

    /** As after an update that has changed these scripts. */
    private static void makePending(GuardedDatabase own, String scripts) throws SQLException {
        assertThat(run(
                        own.admin(),
                        "UPDATE git_memory.flyway_schema_history SET checksum = 0 WHERE script ~ ?",
                        scripts))
                .isPositive();
    }

    @Test
    void waitsForNobodyWhereAllTriggersAreAsTheyShouldBe() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection writer = own.newAdmin()) {
            List<String> before = strings(own.admin(), TRIGGERS);
            makePending(own, "^R__");
            writer.setAutoCommit(false);
            run(writer, "LOCK TABLE block, blocks_agents, agents_tags, agents IN ROW EXCLUSIVE MODE");

            assertThat(migrations(own, ONE_TRY).migrate().applied())
                    .contains("R__01_application.sql", "R__07_triggers.sql");

            assertThat(strings(own.admin(), TRIGGERS)).isEqualTo(before);
            assertThat(progress).isEmpty();
        }
    }

    @Test
    void makesOnlyThoseTriggersAnewThatAreNotAsTheyShouldBe() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection writer = own.newAdmin()) {
            List<String> before = strings(own.admin(), TRIGGERS);
            makePending(own, "^R__07");
            run(own.admin(), "DROP TRIGGER git_memory_tag_insert ON agents_tags");
            run(own.admin(), """
                    CREATE TRIGGER git_memory_tag_insert AFTER INSERT ON agents_tags FOR EACH ROW
                    WHEN (NEW.tag = 'another tag') EXECUTE FUNCTION git_memory.gate_tag()
                    """);
            run(own.admin(), """
                    CREATE TRIGGER git_memory_former AFTER INSERT ON agents_tags FOR EACH ROW
                    EXECUTE FUNCTION git_memory.gate_tag()
                    """);
            run(own.admin(), "ALTER TABLE agents_tags DISABLE TRIGGER git_memory_tag_delete");
            writer.setAutoCommit(false);
            run(writer, "LOCK TABLE block, blocks_agents, agents IN ROW EXCLUSIVE MODE");

            migrations(own, ONE_TRY).migrate();

            List<String> after = strings(own.admin(), TRIGGERS);
            assertThat(withoutOids(after)).isEqualTo(withoutOids(before));
            assertThat(after)
                    .filteredOn(trigger -> !before.contains(trigger))
                    .singleElement()
                    .asString()
                    .endsWith(" agents_tags git_memory_tag_insert A");
            assertThat(string(
                            own.admin(),
                            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'git_memory_tag_insert'"))
                    .contains("git-memory-enabled");
        }
    }

    private static List<String> withoutOids(List<String> triggers) {
        return triggers.stream().map(line -> line.substring(line.indexOf(' '))).toList();
    }

    @Test
    void saysWhoHoldsALockSinceWhenAndChangesNothing() throws SQLException {
        try (GuardedDatabase own = target.empty();
                Connection reader = own.newAdmin()) {
            run(own.admin(), Resources.existingApplication());
            List<String> before = SchemaSnapshot.of(own);
            run(reader, "SET application_name = 'an idle reader'");
            reader.setAutoCommit(false);
            strings(reader, "SELECT value FROM block");
            String holder = string(reader, """
                    SELECT format('block (ACCESS SHARE): pid %s (role %s, application an idle reader, ',
                                  pg_backend_pid(), current_user)
                    """);

            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("No lock ACCESS EXCLUSIVE on \"public\".\"block\", held by ")
                    .hasMessageContaining(holder)
                    .hasMessageMatching(
                            "(?s).*idle in transaction\\) since 20\\d\\d-.*Nothing was changed.*--lock-wait.*")
                    .hasMessageNotContaining("SELECT value");

            assertThat(SchemaSnapshot.of(own)).isEqualTo(before);
            assertThat(migrations(own, ONE_TRY).preview().refusal())
                    .as("a dry run says the same")
                    .hasMessageContaining(holder);
        }
    }

    @Test
    void namesAPreparedTransactionThatHoldsALock() throws SQLException {
        try (GuardedDatabase own = target.empty();
                Connection other = own.newAdmin()) {
            run(own.admin(), Resources.existingApplication());
            if (!string(own.admin(), "SHOW max_prepared_transactions").equals("0")) {
                other.setAutoCommit(false);
                run(other, "LOCK TABLE agents IN ROW EXCLUSIVE MODE");
                run(other, "PREPARE TRANSACTION 'left behind'");
                other.commit();
                assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                        .hasMessageContaining("agents (ROW EXCLUSIVE): prepared transaction 'left behind' since ");
                run(own.admin(), "ROLLBACK PREPARED 'left behind'");
            }
            assertThat(migrations(own, ONE_TRY).migrate().applied()).isNotEmpty();
        }
    }

    @Test
    void letsTheApplicationGoOnBetweenTwoTries() throws SQLException {
        try (GuardedDatabase own = target.empty();
                Connection reader = own.newAdmin();
                Connection application = own.newAdmin()) {
            run(own.admin(), Resources.existingApplication());
            run(application, "SET lock_timeout = 1");
            reader.setAutoCommit(false);
            strings(reader, "SELECT count(*) FROM block");
            List<String> seen = new ArrayList<>();

            new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine())
                    .waitingForLocks(PATIENT, line -> {
                        try {
                            seen.add(line);
                            strings(application, "SELECT count(*) FROM block");
                            if (seen.size() == 2) {
                                reader.commit();
                            }
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .migrate();

            assertThat(seen).hasSize(2);
            assertThat(seen.get(0)).startsWith("No lock ACCESS EXCLUSIVE on ").contains("Waiting: try 2 in ");
            assertThat(seen.get(1)).contains("Waiting: try 3 in ");
            assertThat(migrations(own, ONE_TRY).pending()).isEmpty();
        }
    }

    @Test
    void hasNoLockWhileItWaitsForTheFirstOfAll() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection writer = own.newAdmin()) {
            makePending(own, "^R__07");
            run(own.admin(), "DROP TRIGGER git_memory_tag_insert ON agents_tags");
            run(own.admin(), "DROP TRIGGER git_memory_guard_insert ON block");
            writer.setAutoCommit(false);
            run(writer, "LOCK TABLE block IN ROW EXCLUSIVE MODE");

            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .as("the block table comes first")
                    .hasMessageContaining(
                            "No lock SHARE ROW EXCLUSIVE on \"public\".\"block\", held by block (ROW EXCLUSIVE): ");
            writer.rollback();
            run(writer, "LOCK TABLE agents_tags IN ROW EXCLUSIVE MODE");
            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .hasMessageContaining("No lock SHARE ROW EXCLUSIVE on \"public\".\"agents_tags\"");
        }
    }

    @Test
    void namesAnotherMigrationThatIsUnderWay() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection other = own.newAdmin()) {
            other.setAutoCommit(false);
            run(other, "SELECT pg_advisory_xact_lock(('x' || encode('gitmemor', 'hex'))::bit(64)::bigint)");

            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("Another migration is under way, held by another migration: pid ");
        }
    }

    @Test
    void namesWhoReadsAViewThatAScriptMakesAnew() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection reader = own.newAdmin()) {
            makePending(own, "^R__08");
            reader.setAutoCommit(false);
            strings(reader, "SELECT agent_id FROM git_memory.status");
            String holder = string(reader, "SELECT format('status (ACCESS SHARE): pid %s (role ', pg_backend_pid())");

            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("No lock ACCESS EXCLUSIVE on git_memory.status, held by " + holder);
            reader.rollback();
            migrations(own, ONE_TRY).migrate();
        }
    }

    @Test
    void saysThatAnotherTransactionHasChangedAFunctionAndNotCommittedIt() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection other = own.newAdmin()) {
            makePending(own, "^R__08");
            other.setAutoCommit(false);
            run(other, "ALTER FUNCTION git_memory.caller() COST 99");
            String holder = string(other, "SELECT format('pg_proc (ROW EXCLUSIVE): pid %s (role ', pg_backend_pid())");

            assertThatThrownBy(() -> migrations(own, ONE_TRY).migrate())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining(
                            "Another transaction has changed what a script changes, too, and not committed"
                                    + " it (a row of pg_catalog.pg_proc")
                    .hasMessageContaining(holder);
        }
    }

    @Test
    void uninstallingWaitsNoLongerThanMigrating() throws SQLException {
        try (GuardedDatabase own = target.fresh();
                Connection reader = own.newAdmin()) {
            reader.setAutoCommit(false);
            strings(reader, "SELECT value FROM block");

            assertThatThrownBy(() -> migrations(own, ONE_TRY).uninstall(false, false))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining(
                            "No lock ACCESS EXCLUSIVE on \"public\".\"block\", held by block (ACCESS SHARE): ")
                    .hasMessageContaining("Nothing was changed.");

            assertThat(migrations(own, ONE_TRY).defects()).isEmpty();
            reader.rollback();
            migrations(own, ONE_TRY).uninstall(false, false);
        }
    }
}
