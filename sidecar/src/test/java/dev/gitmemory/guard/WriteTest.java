package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Every way to write a row of the blocks table. */
@OnEveryTarget
class WriteTest extends GuardTest {
    WriteTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "value = 'other'",
                "value = ''",
                "description = 'other'",
                "description = NULL",
                "\"limit\" = 7",
                "read_only = true",
                "metadata_ = '{\"a\": 1}'",
                "value = value || ' '"
            })
    void refusesEachMirroredColumnThoughTheShaIsRight(String assignment) throws SQLException {
        Memory memory = world.enabled();

        Refusal.otherContent(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET " + assignment + " WHERE id = ?", memory.block()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hidden = true",
                "version = version + 1",
                "updated_at = now() + interval '1 second'",
                "is_deleted = true",
                "template_name = 'x'",
                "_last_updated_by_id = 'somebody'",
                "value = value",
                "metadata_ = NULL",
                "metadata_ = '{}'",
                "metadata_ = 'null'"
            })
    void allowsWhatGitDoesNotMirrorAndWhatIsTheSame(String assignment) throws SQLException {
        Memory memory = world.enabled();

        assertThat(run(db.app(), "UPDATE block SET " + assignment + " WHERE id = ?", memory.block()))
                .isEqualTo(1);

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"value = 'other'", "git_sha = 'pending'", "label = 'renamed'", "\"limit\" = 1", "id = id || 'x'"
            })
    void allowsEverythingToAgentsWithoutTheTag(String assignment) throws SQLException {
        world.enabled();
        Memory memory = world.plain();

        assertThat(run(db.app(), "UPDATE block SET " + assignment + " WHERE id = ?", memory.block()))
                .isEqualTo(1);
        assertThat(run(db.app(), "DELETE FROM block WHERE id IN (?, ? || 'x')", memory.block(), memory.block()))
                .isEqualTo(1);
    }

    /** Statements that would write 'other' into the block ?. */
    static Stream<Arguments> statements() {
        return Stream.of(
                Arguments.of("UPDATE", "UPDATE block SET value = 'other' WHERE id = ?"),
                Arguments.of(
                        "UPDATE FROM",
                        "UPDATE block b SET value = 'other' FROM (VALUES (?)) AS chosen (id) WHERE b.id = chosen.id"),
                Arguments.of(
                        "ON CONFLICT DO UPDATE",
                        "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                + " VALUES (?, 'system/human', 'other', 1000, 'org')"
                                + " ON CONFLICT (id) DO UPDATE SET value = excluded.value"),
                Arguments.of(
                        "MERGE",
                        "MERGE INTO block b USING (VALUES (?)) AS chosen (id) ON b.id = chosen.id"
                                + " WHEN MATCHED THEN UPDATE SET value = 'other'"
                                + " WHEN NOT MATCHED THEN INSERT (id, label, value, \"limit\", organization_id)"
                                + " VALUES (chosen.id, 'x', 'other', 1, 'org')"),
                Arguments.of(
                        "a CTE",
                        "WITH written AS (UPDATE block SET value = 'other' WHERE id = ? RETURNING id)"
                                + " SELECT count(*) FROM written"),
                Arguments.of(
                        "a CTE that nobody reads",
                        "WITH written AS (UPDATE block SET value = 'other' WHERE id = ?) SELECT 1"),
                Arguments.of("many rows", "UPDATE block SET value = 'other' WHERE id = ? OR label = 'no such label'"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void refusesEveryStatementThatWrites(String kind, String statement) throws SQLException {
        Memory memory = world.enabled();

        Refusal.otherContent(memory).ends(db, () -> run(db.app(), statement, memory.block()));
    }

    @Test
    void refusesAStatementForAllItsRowsIfOneIsWrong() throws SQLException {
        Memory plain = world.plain();
        Memory memory = world.enabled();

        Refusal.otherContent(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'other' WHERE id IN (?, ?)",
                                plain.block(),
                                memory.block()));
    }

    @Test
    void allowsOnConflictDoNothing() throws SQLException {
        Memory memory = world.enabled();

        assertThat(run(
                        db.app(),
                        "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                + " VALUES (?, 'system/human', 'other', 1, 'org') ON CONFLICT DO NOTHING",
                        memory.block()))
                .isZero();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void refusesMergeThatDeletes() throws SQLException {
        Memory memory = world.enabled();

        Refusal.removed(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "MERGE INTO block b USING (VALUES (?)) AS chosen (id) ON b.id = chosen.id"
                                        + " WHEN MATCHED THEN DELETE",
                                memory.block()));
    }

    @Test
    void refusesCopyOfALinkToAnEnabledAgent() throws SQLException {
        Memory memory = world.enabled();
        String block = world.block("other");
        PGConnection app = db.app().unwrap(PGConnection.class);

        Refusal.of("MG001", memory.agent(), "other", "a git commit", "none").ends(db, () -> app.getCopyAPI()
                .copyIn(
                        "COPY blocks_agents (agent_id, block_id, block_label) FROM STDIN",
                        new StringReader(memory.agent() + "\t" + block + "\tother\n")));
    }

    @Test
    void allowsCopyOfBlocksThatNobodyHas() throws Exception {
        String block = World.unique("block");

        long rows = db.app()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                        "COPY block (id, label, value, \"limit\", organization_id, git_sha) FROM STDIN",
                        new StringReader(block + "\tx\ty\t1\torg\t\\N\n"));

        assertThat(rows).isEqualTo(1);
    }

    @Test
    void refusesAServerSidePreparedStatementEveryTime() throws SQLException {
        Memory memory = world.enabled();
        Memory plain = world.plain();
        try (PreparedStatement update = db.app().prepareStatement("UPDATE block SET value = 'other' WHERE id = ?")) {
            update.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(1);
            for (int i = 0; i < 8; i++) {
                update.setString(1, plain.block());
                assertThat(update.executeUpdate()).isEqualTo(1);
            }
            Refusal.otherContent(memory).ends(db, () -> {
                update.setString(1, memory.block());
                update.executeUpdate();
            });
        }
    }

    @Test
    void refusesABatch() throws SQLException {
        Memory memory = world.enabled();
        Memory plain = world.plain();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.otherContent(memory).ends(db, () -> {
            try (PreparedStatement update = app.prepareStatement("UPDATE block SET value = 'other' WHERE id = ?")) {
                for (String block : List.of(plain.block(), memory.block())) {
                    update.setString(1, block);
                    update.addBatch();
                }
                update.executeBatch();
            } catch (java.sql.BatchUpdateException e) {
                throw e.getNextException();
            }
        });
    }

    @Test
    void refusesWhatFunctionsRulesAndOtherTriggersWrite() throws SQLException {
        try (GuardedDatabase own = target.fresh()) {
            World there = new World(own);
            Memory memory = there.enabled();
            run(own.admin(), """
                    CREATE FUNCTION overwrite(block_id text) RETURNS void LANGUAGE sql SECURITY DEFINER
                        AS $$ UPDATE block SET value = 'other' WHERE id = block_id $$;
                    CREATE VIEW memory AS SELECT * FROM block;
                    CREATE VIEW ruled AS SELECT id, value FROM block;
                    CREATE RULE write AS ON UPDATE TO ruled
                        DO INSTEAD UPDATE block SET value = NEW.value WHERE id = OLD.id;
                    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql
                        AS $$ BEGIN NEW.value := NEW.value || '!'; RETURN NEW; END $$;
                    """);
            own.grantTables(own.appRole());
            run(own.admin(), "GRANT SELECT, UPDATE ON memory, ruled TO " + own.appRole());

            Refusal refusal = Refusal.otherContent(memory);
            refusal.ends(own, () -> run(own.app(), "SELECT overwrite(?)", memory.block()));
            refusal.ends(own, () -> run(own.app(), "UPDATE memory SET value = 'other' WHERE id = ?", memory.block()));
            refusal.ends(own, () -> run(own.app(), "UPDATE ruled SET value = 'other' WHERE id = ?", memory.block()));

            // A trigger of the application that changes the row behind a harmless statement.
            run(own.admin(), "CREATE TRIGGER zz_stamp BEFORE UPDATE ON block FOR EACH ROW EXECUTE FUNCTION stamp()");
            refusal.ends(own, () -> run(own.app(), "UPDATE block SET hidden = true WHERE id = ?", memory.block()));
        }
    }

    @Test
    void refusalIsAnOrdinaryErrorForSavepointsAndExceptionBlocks() throws SQLException {
        Memory memory = world.enabled();
        Memory plain = world.plain();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "UPDATE block SET value = 'mine' WHERE id = ?", plain.block());
        run(app, "SAVEPOINT before");
        Refusal.otherContent(memory)
                .endsWithin(() -> run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        run(app, "ROLLBACK TO before");
        run(
                app,
                "DO $$ BEGIN UPDATE block SET value = 'other' WHERE id = '" + memory.block() + "';"
                        + " EXCEPTION WHEN SQLSTATE 'MG003' THEN RETURN; END $$");
        app.commit();

        assertThat(world.value(plain)).isEqualTo("mine");
        assertThat(world.value(memory)).isEqualTo("first");
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void refusesAtTheEndWhatWasDeferred() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.otherContent(memory).ends(db, () -> {
            run(app, "SET CONSTRAINTS ALL DEFERRED");
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            app.commit();
        });
    }

    @Test
    void aTransactionThatPutsEverythingBackMayCommitWhenItIsDeferred() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "SET CONSTRAINTS ALL DEFERRED");
        run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
        run(app, "UPDATE block SET value = 'first' WHERE id = ?", memory.block());
        app.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void aRenamedLabelIsRefusedAndABlocksNewIdIsNot() throws SQLException {
        Memory memory = world.enabled();

        Refusal.unknownLabel(memory, "renamed")
                .ends(db, () -> run(db.app(), "UPDATE block SET label = 'renamed' WHERE id = ?", memory.block()));

        run(db.app(), "UPDATE block SET id = id || '-new' WHERE id = ?", memory.block());
        assertThat(string(db.admin(), "SELECT block_id FROM blocks_agents WHERE agent_id = ?", memory.agent()))
                .isEqualTo(memory.block() + "-new");
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void theSidecarsWriteIsAllowed() throws SQLException {
        Memory memory = world.write(world.enabled(), "second");

        assertThat(world.value(memory)).isEqualTo("second");
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void notEvenTheSidecarOrASuperuserWritesAroundTheLedger() throws SQLException {
        Memory memory = world.enabled();

        for (Connection writer : List.of(db.sidecar(), db.admin())) {
            Refusal.otherContent(memory)
                    .ends(db, () -> run(writer, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        }
    }
}
