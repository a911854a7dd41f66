package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The tag that switches an agent on and off. */
@OnEveryTarget
class TagTest extends GuardTest {
    TagTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void oneTransactionMayCreateAnAgentWithTagAndMemoryInAnyOrder() throws SQLException {
        Connection app = db.app();
        for (int tagAt = 0; tagAt <= 3; tagAt++) {
            app.setAutoCommit(false);
            String agent = World.agent(app);
            String block = "";
            for (int step = 0; step <= 3; step++) {
                if (step == tagAt) {
                    World.tag(app, agent);
                }
                switch (step) {
                    case 0 -> block = World.block(app, "human");
                    case 1 -> World.link(app, agent, block, "human");
                    case 2 -> run(app, "UPDATE block SET value = 'edited', label = 'person' WHERE id = ?", block);
                    default -> run(app, "UPDATE block SET hidden = true WHERE id = ?", block);
                }
            }
            app.commit();

            assertThat(string(db.admin(), "SELECT state FROM git_memory.status WHERE agent_id = ?", agent))
                    .isEqualTo("pending");
            world.takeOver(agent);
            assertThat(world.drift(agent)).isEmpty();
        }
    }

    @Test
    void theOwnTagIsKnownAcrossSavepointsAndExceptionBlocks() throws SQLException {
        Connection app = db.app();
        Memory memory = world.plain();
        app.setAutoCommit(false);
        run(app, "SAVEPOINT one");
        run(app, "SAVEPOINT two");
        World.tag(app, memory.agent());
        run(app, "RELEASE two");
        run(app, "UPDATE block SET value = 'a' WHERE id = ?", memory.block());
        World.remember(app, memory.agent(), "more");
        run(app, "SAVEPOINT three");
        run(app, "UPDATE block SET value = 'b' WHERE id = ?", memory.block());
        Memory gone = World.remember(app, memory.agent(), "gone");
        run(app, "DELETE FROM blocks_agents WHERE block_id = ?", gone.block());
        run(app, "RELEASE one");
        run(
                app,
                "DO $$ BEGIN BEGIN UPDATE block SET value = 'c' WHERE id = '" + memory.block()
                        + "'; EXCEPTION WHEN OTHERS THEN RAISE; END; END $$");
        app.commit();

        assertThat(world.value(memory)).isEqualTo("c");
    }

    @Test
    void aTagThatASavepointTookBackIsNoTag() throws SQLException {
        Connection app = db.app();
        Memory memory = world.plain();
        app.setAutoCommit(false);
        run(app, "SAVEPOINT one");
        World.tag(app, memory.agent());
        run(app, "ROLLBACK TO one");
        run(app, "UPDATE block SET value = 'a' WHERE id = ?", memory.block());
        app.commit();

        run(db.app(), "UPDATE block SET value = 'b' WHERE id = ?", memory.block());
        assertThat(world.value(memory)).isEqualTo("b");
    }

    @Test
    void aCommittedTagFreezesMemoryUntilASidecarTakesOver() throws SQLException {
        Memory memory = world.plain();
        World.tag(db.app(), memory.agent());
        String block = world.block("more");

        Refusal refusal = Refusal.notTakenOver(memory);
        refusal.ends(db, () -> run(db.app(), "UPDATE block SET value = 'a' WHERE id = ?", memory.block()));
        refusal.ends(db, () -> run(db.app(), "UPDATE block SET git_sha = 'a' WHERE id = ?", memory.block()));
        refusal.ends(db, () -> run(db.app(), "DELETE FROM block WHERE id = ?", memory.block()));
        refusal.ends(db, () -> run(db.app(), "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent()));
        Refusal.notTakenOver(new Memory(memory.agent(), block, "more", ""))
                .ends(db, () -> World.link(db.app(), memory.agent(), block, "more"));
        run(db.app(), "UPDATE block SET hidden = true WHERE id = ?", memory.block());

        world.takeOver(memory.agent());
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void whoeverRewritesTheTagRowIsNotExempt() throws SQLException {
        Memory memory = world.enabled();
        for (String rewrite : List.of(
                "UPDATE agents_tags SET tag = tag WHERE agent_id = ?",
                "UPDATE agents_tags SET agent_id = agent_id || '' WHERE agent_id = ?")) {
            Connection app = db.app();
            app.setAutoCommit(false);
            Refusal.otherContent(memory).ends(db, () -> {
                run(app, rewrite, memory.agent());
                run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            });
        }
    }

    @Test
    void refusesToWriteWhileTheTagIsAway() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();

        app.setAutoCommit(false);
        Refusal.otherContent(memory).ends(db, () -> {
            World.untag(app, memory.agent());
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            World.tag(app, memory.agent());
            app.commit();
        });

        app.setAutoCommit(false);
        Refusal.otherContent(memory).ends(db, () -> {
            run(app, "UPDATE agents_tags SET tag = 'x' WHERE agent_id = ?", memory.agent());
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            run(app, "UPDATE agents_tags SET tag = ? WHERE agent_id = ?", World.TAG, memory.agent());
            app.commit();
        });

        app.setAutoCommit(false);
        Refusal.removed(memory).ends(db, () -> {
            World.untag(app, memory.agent());
            run(app, "DELETE FROM block WHERE id = ?", memory.block());
            World.tag(app, memory.agent());
            app.commit();
        });

        app.setAutoCommit(false);
        Refusal.of("MG001", memory.agent(), "more", "no row, for git has no such label", "none")
                .ends(db, () -> {
                    World.untag(app, memory.agent());
                    World.remember(app, memory.agent(), "more");
                    World.tag(app, memory.agent());
                    app.commit();
                });
    }

    @Test
    void anApplicationMayReplaceAllTagsOfAnAgent() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "DELETE FROM agents_tags WHERE agent_id = ?", memory.agent());
        World.tag(app, memory.agent());
        run(app, "INSERT INTO agents_tags VALUES (?, 'another')", memory.agent());
        app.commit();

        assertThat(world.state(memory.agent())).isEqualTo("enabled");
        assertThat(world.drift(memory.agent())).isEmpty();
        Refusal.otherContent(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
    }

    @Test
    void aTagThatIsTakenAwayAndPutBackHasDisabledNothingUnlessItWasJudgedInBetween() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);
        Refusal.otherContent(memory).ends(db, () -> {
            World.untag(app, memory.agent());
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
            World.tag(app, memory.agent());
            app.commit();
        });
        app.setAutoCommit(false);
        World.untag(app, memory.agent());
        run(app, "SET CONSTRAINTS ALL IMMEDIATE");
        run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
        World.tag(app, memory.agent());
        app.commit();
        assertThat(world.state(memory.agent())).isEqualTo("disabled");
        assertThat(world.sha(memory)).isEqualTo("pending");
    }

    @Test
    void removingTheTagDisables() throws SQLException {
        for (String removal : List.of(
                "DELETE FROM agents_tags WHERE agent_id = ?",
                "UPDATE agents_tags SET tag = 'git-memory-disabled' WHERE agent_id = ?")) {
            Memory memory = world.enabled();

            run(db.app(), removal, memory.agent());

            assertThat(world.state(memory.agent())).isEqualTo("disabled");
            assertThat(strings(db.admin(), "SELECT label FROM git_memory.file WHERE agent_id = ?", memory.agent()))
                    .isEmpty();
            assertThat(world.sha(memory)).isEqualTo("null");
            run(db.app(), "UPDATE block SET value = 'free' WHERE id = ?", memory.block());
            assertThat(world.value(memory)).isEqualTo("free");
        }
    }

    @Test
    void anAgentMayBeEnabledAgain() throws SQLException {
        Memory memory = world.enabled();
        World.untag(db.app(), memory.agent());
        Connection app = db.app();
        app.setAutoCommit(false);
        run(app, "UPDATE block SET value = 'meanwhile' WHERE id = ?", memory.block());
        World.tag(app, memory.agent());
        run(app, "UPDATE block SET value = 'and later' WHERE id = ?", memory.block());
        app.commit();

        Refusal.notTakenOver(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'too late' WHERE id = ?", memory.block()));

        world.takeOver(memory.agent());
        assertThat(world.value(memory)).isEqualTo("and later");
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void anAgentWhoseTakeOverFailedStaysFrozen() throws SQLException {
        Memory memory = world.plain();
        run(
                db.sidecar(),
                "INSERT INTO git_memory.repo (agent_id, organization_id, state, last_error)"
                        + " VALUES (?, 'org', 'failed', 'label is too long')",
                memory.agent());
        World.tag(db.app(), memory.agent());
        Refusal.notTakenOver(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));

        Connection app = db.app();
        app.setAutoCommit(false);
        Refusal.notTakenOver(memory).ends(db, () -> {
            World.untag(app, memory.agent());
            World.tag(app, memory.agent());
            run(app, "UPDATE block SET value = 'x' WHERE id = ?", memory.block());
        });
    }

    @Test
    void aTagMayMoveToAnotherAgent() throws SQLException {
        Memory from = world.enabled();
        Memory to = world.plain();

        run(db.app(), "UPDATE agents_tags SET agent_id = ? WHERE agent_id = ?", to.agent(), from.agent());

        assertThat(world.state(from.agent())).isEqualTo("disabled");
        Refusal.notTakenOver(to).ends(db, () -> run(db.app(), "UPDATE block SET value = 'x' WHERE id = ?", to.block()));
    }

    @Test
    void otherTagsAreNobodysBusiness() throws SQLException {
        Memory memory = world.enabled();
        run(db.app(), "INSERT INTO agents_tags VALUES (?, 'git-memory')", memory.agent());
        run(db.app(), "UPDATE agents_tags SET tag = 'y' WHERE tag = 'git-memory' AND agent_id = ?", memory.agent());
        run(db.app(), "DELETE FROM agents_tags WHERE tag = 'y' AND agent_id = ?", memory.agent());

        assertThat(world.state(memory.agent())).isEqualTo("enabled");
    }

    @Test
    void sidecarsHearOfTagsThatComeAndGo() throws SQLException {
        Memory memory = world.plain();
        try (Connection listener = db.newSidecar()) {
            run(listener, "LISTEN git_memory");
            World.tag(db.app(), memory.agent());
            assertThat(heard(listener)).contains("{\"event\" : \"tagged\", \"agent_id\" : \"" + memory.agent() + "\"}");

            world.takeOver(memory.agent());
            World.untag(db.app(), memory.agent());
            assertThat(heard(listener))
                    .contains("{\"event\" : \"untagged\", \"agent_id\" : \"" + memory.agent() + "\"}");
        }
    }

    private static List<String> heard(Connection listener) throws SQLException {
        run(listener, "SELECT 1");
        PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(10_000);
        return Arrays.stream(notifications).map(PGNotification::getParameter).toList();
    }
}
