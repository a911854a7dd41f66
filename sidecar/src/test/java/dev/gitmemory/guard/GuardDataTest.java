package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.MigrationReport;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Rows that the guard stands on are looked at as its functions are, for its triggers may have been off while they came or went. */
@OnEveryTarget
class GuardDataTest extends GuardTest {

    private static final String DEFECTS = "SELECT object || ': ' || state FROM git_memory.defects()";

    GuardDataTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private MigrationReport migrate(GuardedDatabase own) {
        return new Migrations(own.dataSource(), TableNames.DEFAULT, target.engine()).migrate();
    }

    @Test
    void fencesThatAreLostAreNamedAndMadeAnew() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).enabled();
            run(own.admin(), "DELETE FROM git_memory.agent_fence");
            run(own.admin(), "SELECT setval('git_memory.tags_seen', 1, false)");
            assertThat(strings(own.admin(), DEFECTS))
                    .containsExactly(
                            "TABLE git_memory.agent_fence: lacks 1 of the agents that have the tag or are in the ledger,"
                                    + " the first is " + memory.agent(),
                            "SEQUENCE git_memory.tags_seen: says that no agent ever had the tag");

            assertThat(migrate(own).defects()).isEmpty();

            assertThat(string(own.admin(), "SELECT agent_id FROM git_memory.agent_fence"))
                    .isEqualTo(memory.agent());
            assertThat(string(own.admin(), "SELECT is_called FROM git_memory.tags_seen"))
                    .isEqualTo("t");
        }
    }

    @Test
    void rowsThatCameWithATagWhileTriggersWereOffAreMarked() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            Memory memory = new World(own).plain();
            run(own.admin(), "ALTER TABLE agents_tags DISABLE TRIGGER ALL");
            World.tag(own.admin(), memory.agent());
            run(own.admin(), "ALTER TABLE agents_tags ENABLE TRIGGER ALL");
            // A fence of an earlier tag: nothing but the marks is missing.
            run(own.admin(), "INSERT INTO git_memory.agent_fence VALUES (?)", memory.agent());
            run(own.admin(), "SELECT nextval('git_memory.tags_seen')");
            assertThat(strings(own.admin(), DEFECTS))
                    .contains(
                            "TABLE public.block: rows of agents with the tag that are not marked as pending, and so not"
                                    + " guarded: 1");

            assertThat(migrate(own).defects()).isEmpty();

            assertThat(string(own.admin(), "SELECT git_sha FROM block WHERE id = ?", memory.block()))
                    .isEqualTo("pending");
        }
    }

    @Test
    void triggersThatWereOffAreFollowedByTheirScriptAlone() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            run(own.admin(), "ALTER TABLE agents_tags DISABLE TRIGGER git_memory_tag_insert");
            assertThat(migrate(own).applied()).containsExactly("R__07_triggers.sql");
        }
    }

    @Test
    void aTriggerOfTheSameNameOnAPartitionIsNotTheGuards() throws SQLException {
        try (GuardedDatabase own = target.empty()) {
            run(
                    own.admin(),
                    Resources.existingApplication()
                            .replace(
                                    "CONSTRAINT unique_block_id_label UNIQUE (id, label)\n)",
                                    "CONSTRAINT unique_block_id_label UNIQUE (id, label)\n) PARTITION BY HASH (id)")
                            .replace(
                                    "CREATE INDEX created_at_label_idx",
                                    "CREATE TABLE ba1 PARTITION OF block FOR VALUES WITH (MODULUS 1, REMAINDER 0);\n"
                                            + "CREATE INDEX created_at_label_idx"));
            migrate(own);
            assertThat(strings(own.admin(), DEFECTS)).isEmpty();
            run(own.admin(), "DROP TRIGGER git_memory_guard_truncate ON ba1");
            run(
                    own.admin(),
                    "CREATE FUNCTION public.noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
            run(
                    own.admin(),
                    "CREATE TRIGGER git_memory_guard_truncate BEFORE TRUNCATE ON ba1 EXECUTE FUNCTION public.noop()");
            run(own.admin(), "ALTER TABLE ba1 ENABLE ALWAYS TRIGGER git_memory_guard_truncate");
            assertThat(strings(own.admin(), DEFECTS))
                    .containsExactly("TRIGGER git_memory_guard_truncate ON public.ba1: not as installed");

            assertThat(migrate(own).defects()).isEmpty();

            Memory memory = new World(own).enabled();
            Refusal.of("MG004", memory.agent(), "*", "the rows of every label that git has", "TRUNCATE")
                    .ends(own, () -> run(own.app(), "TRUNCATE ba1 CASCADE"));
        }
    }
}
