package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What logical replication applies, or a superuser with session_replication_role: foreign keys sleep, the guard does not. */
@OnEveryTarget
class ReplicationTest extends GuardTest {
    private final Connection replica;

    ReplicationTest(GuardTarget target) throws SQLException {
        super(target);
        replica = db.newAdmin();
    }

    @BeforeEach
    void becomeReplica() throws SQLException {
        run(replica, "SET session_replication_role = replica");
    }

    @AfterEach
    void close() throws SQLException {
        replica.close();
    }

    @Test
    void refusesRows() throws SQLException {
        Memory memory = world.enabled();

        Refusal.otherContent(memory)
                .ends(db, () -> run(replica, "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        run(replica, "UPDATE block SET hidden = true WHERE id = ?", memory.block());
    }

    @Test
    void refusesALabelThatTheLinkDoesNotFollow() throws SQLException {
        Memory memory = world.enabled();
        World.gitSays(db.sidecar(), memory.agent(), "system/other", memory.sha(), "first");

        Refusal.of(
                        "MG002",
                        memory.agent(),
                        memory.label(),
                        "no row, for git has no such label",
                        "git_sha " + memory.sha())
                .ends(db, () -> run(replica, "UPDATE block SET label = 'system/other' WHERE id = ?", memory.block()));
        Refusal.of(
                        "MG002",
                        memory.agent(),
                        "system/other",
                        "no row, for git has no such label",
                        "git_sha " + memory.sha())
                .ends(
                        db,
                        () -> run(
                                replica,
                                "UPDATE blocks_agents SET block_label = 'system/other' WHERE agent_id = ?",
                                memory.agent()));
    }

    @Test
    void refusesALinkToABlockThatIsNotThere() throws SQLException {
        Memory memory = world.enabled();

        Refusal.of("MG001", memory.agent(), "ghost", "a git commit", "none")
                .ends(db, () -> World.link(replica, memory.agent(), "no such block", "ghost"));
    }

    @Test
    void refusesABlockThatLeavesItsLinkBehind() throws SQLException {
        Memory memory = world.enabled();

        Refusal.removed(memory).ends(db, () -> run(replica, "DELETE FROM block WHERE id = ?", memory.block()));
        Refusal.removed(memory)
                .ends(db, () -> run(replica, "UPDATE block SET id = id || '-x' WHERE id = ?", memory.block()));
    }

    @Test
    void refusesABlockThatArrivesUnderAnExistingLink() throws SQLException {
        Memory memory = world.enabled();
        World.untag(db.app(), memory.agent());
        run(replica, "DELETE FROM block WHERE id = ?", memory.block());
        World.tag(db.app(), memory.agent());

        Refusal.notTakenOver(memory)
                .ends(
                        db,
                        () -> run(
                                replica,
                                "INSERT INTO block (id, label, value, \"limit\", organization_id)"
                                        + " VALUES (?, ?, 'x', 1, 'org')",
                                memory.block(),
                                memory.label()));
    }

    @Test
    void theTagWorks() throws SQLException {
        Memory memory = world.enabled();
        World.untag(replica, memory.agent());
        assertThat(world.state(memory.agent())).isEqualTo("disabled");

        World.tag(replica, memory.agent());
        Refusal.notTakenOver(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
    }
}
