package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a snapshot is too old to see, one fact at a time: the fence of each fact has to be enough by itself. */
@OnEveryTarget
class OldSnapshotTest extends GuardTest {

    private static final String COPY =
            "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
                    + " SELECT ?, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha"
                    + " FROM block WHERE id = ?";

    OldSnapshotTest(GuardTarget target) throws SQLException {
        super(target);
    }

    private Connection snapshot(int isolation) throws SQLException {
        Connection old = db.newApp();
        old.setTransactionIsolation(isolation);
        old.setAutoCommit(false);
        run(old, "SELECT count(*) FROM agents");
        return old;
    }

    /** git has the label no more, and the rows know it. */
    private void deleteInGit(Memory memory) throws SQLException {
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        run(sidecar, "DELETE FROM git_memory.file WHERE agent_id = ? AND label = ?", memory.agent(), memory.label());
        World.applied(sidecar, memory.agent(), World.newSha());
        run(sidecar, "DELETE FROM block WHERE id = ?", memory.block());
        sidecar.commit();
    }

    private static void collides(ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .as(e.getMessage())
                .isEqualTo("40001"));
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void doesNotLinkALabelThatGitHasDeletedSince(int isolation) throws SQLException {
        Memory memory = world.enabled();
        String copy = World.unique("copy");
        try (Connection old = snapshot(isolation)) {
            deleteInGit(memory);

            run(old, COPY, copy, memory.block());
            collides(() -> World.link(old, memory.agent(), copy, memory.label()));
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void doesNotTagAnAgentAgainWithALabelThatGitHasDeletedSince(int isolation) throws SQLException {
        Memory memory = world.enabled();
        String copy = World.unique("copy");
        try (Connection old = snapshot(isolation)) {
            deleteInGit(memory);

            World.untag(old, memory.agent());
            run(old, COPY, copy, memory.block());
            World.link(old, memory.agent(), copy, memory.label());
            World.tag(old, memory.agent());
            collides(old::commit);
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void doesNotTagAnAgentThatGotATombstoneSince(int isolation) throws SQLException {
        String agent = world.agent();
        try (Connection old = snapshot(isolation)) {
            run(
                    db.sidecar(),
                    "INSERT INTO git_memory.tombstone (agent_id, organization_id, role_name) VALUES (?, 'org', 'x')",
                    agent);

            collides(() -> World.tag(old, agent));
        }
        assertThat(strings(db.admin(), "SELECT tag FROM agents_tags WHERE agent_id = ?", agent))
                .isEmpty();
    }

    /** What git can't have is left out: its link may go as long as git has no such label. */
    @Test
    void aRemovalThatWasJudgedHoldsUpWhatItWasJudgedBy() throws Exception {
        Memory memory = world.enabled();
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        run(sidecar, "SET CONSTRAINTS ALL DEFERRED");
        run(sidecar, "DELETE FROM git_memory.file WHERE agent_id = ?", memory.agent());
        World.applied(sidecar, memory.agent(), World.newSha());
        run(sidecar, "UPDATE block SET git_sha = 'pending' WHERE id = ?", memory.block());
        sidecar.commit();
        try (Connection app = db.newApp();
                Connection other = db.newSidecar()) {
            app.setAutoCommit(false);
            run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
            run(app, "SET CONSTRAINTS ALL IMMEDIATE");

            other.setAutoCommit(false);
            Waiting apply = Waiting.start(
                    db,
                    other,
                    () -> strings(
                            other,
                            "SELECT agent_id FROM git_memory.repo WHERE agent_id = ? FOR UPDATE",
                            memory.agent()));
            app.commit();
            apply.finish();
            other.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void agentsThatNeverHadTheTagWaitForNothingAndCollideWithNothing(int isolation) throws SQLException {
        Memory memory = world.plain();
        String more = world.block("more");
        String other = world.block("other");
        try (Connection one = snapshot(isolation);
                Connection two = snapshot(isolation)) {
            World.link(one, memory.agent(), more, "more");
            World.link(two, memory.agent(), other, "other");
            run(one, "UPDATE block SET value = 'one' WHERE id = ?", more);
            run(two, "UPDATE block SET value = 'two' WHERE id = ?", other);
            run(one, "DELETE FROM blocks_agents WHERE block_id = ?", memory.block());
            one.commit();
            two.commit();
        }
        assertThat(strings(
                        db.admin(),
                        "SELECT block_label FROM blocks_agents WHERE agent_id = ? ORDER BY 1",
                        memory.agent()))
                .containsExactly("more", "other");
    }
}
