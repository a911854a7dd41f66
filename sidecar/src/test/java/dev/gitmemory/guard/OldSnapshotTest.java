package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a snapshot is too old to see, one fact at a time: the fence of each fact has to be enough by itself. */
@OnEveryTarget
class OldSnapshotTest extends GuardTest {

    private static final String COPY =
            "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
                    + " SELECT ?, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha"
                    + " FROM block WHERE id = ?";

    private static final List<String> LINK_TRIGGERS = List.of("git_memory_guard_update", "git_memory_guard_delete");

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
        holdsUpApplying(memory, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
    }

    @Test
    void aNewIdThatWasJudgedHoldsUpWhatItWasJudgedBy() throws Exception {
        Memory memory = world.enabled();
        holdsUpApplying(memory, "UPDATE block SET id = id || '-new' WHERE id = ?", memory.block());
    }

    @Test
    void aTagThatWasJudgedHoldsUpWhatItWasJudgedBy() throws Exception {
        Memory memory = world.enabled();
        holdsUpApplying(
                memory,
                "DELETE FROM agents_tags WHERE agent_id = ?; INSERT INTO agents_tags VALUES (?, '" + World.TAG + "')",
                memory.agent(),
                memory.agent());
    }

    private void holdsUpApplying(Memory memory, String write, Object... parameters) throws Exception {
        try (Connection app = db.newApp();
                Connection other = db.newSidecar()) {
            app.setAutoCommit(false);
            run(app, write, parameters);
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
    @ValueSource(ints = {Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_REPEATABLE_READ})
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

    /** How another agent gets a block, or leaves it, whose row goes on carrying the commit of the first. */
    enum Sharing {
        TAG {
            @Override
            void before(World world, Connection sidecar, Memory memory, String other) throws SQLException {
                World.link(sidecar, other, memory.block(), memory.label());
            }

            @Override
            void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException {
                World.tag(app, other);
            }
        },
        TAKING_OVER {
            @Override
            void before(World world, Connection sidecar, Memory memory, String other) throws SQLException {
                World.link(sidecar, other, memory.block(), memory.label());
            }

            @Override
            void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException {
                run(
                        sidecar,
                        "INSERT INTO git_memory.repo (agent_id, organization_id, state) VALUES (?, 'org', 'pending')",
                        other);
                World.gitSays(sidecar, other, memory.label(), World.newSha(), "first");
                run(sidecar, "UPDATE git_memory.repo SET state = 'enabled' WHERE agent_id = ?", other);
                World.tag(sidecar, other);
            }
        },
        LINK {
            @Override
            void before(World world, Connection sidecar, Memory memory, String other) throws SQLException {
                world.takeOver(other);
                World.gitSays(sidecar, other, memory.label(), World.newSha(), "first");
            }

            @Override
            void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException {
                World.link(sidecar, other, memory.block(), memory.label());
            }
        },
        LEAVING {
            @Override
            void before(World world, Connection sidecar, Memory memory, String other) throws SQLException {
                LINK.before(world, sidecar, memory, other);
                World.link(sidecar, other, memory.block(), memory.label());
                run(sidecar, "DELETE FROM git_memory.file WHERE agent_id = ?", other); // the application may unlink it
                World.applied(sidecar, other, World.newSha());
            }

            @Override
            void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException {
                run(app, "DELETE FROM blocks_agents WHERE agent_id = ?", other);
            }
        },
        DISABLING {
            @Override
            void before(World world, Connection sidecar, Memory memory, String other) throws SQLException {
                TAG.before(world, sidecar, memory, other);
                World.tag(sidecar, other);
            }

            @Override
            void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException {
                World.untag(app, other);
            }
        };

        abstract void before(World world, Connection sidecar, Memory memory, String other) throws SQLException;

        abstract void since(Connection app, Connection sidecar, Memory memory, String other) throws SQLException;
    }

    @ParameterizedTest
    @EnumSource
    void doesNotLeaveABlockByWhoSharedItBefore(Sharing sharing) throws SQLException {
        Memory memory = world.plain();
        String other = world.agent();
        while (other.compareTo(memory.agent()) < 0) { // a shared row carries the commit of the first agent, by id
            other = world.agent();
        }
        world.takeOver(memory.agent());
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        sharing.before(world, sidecar, memory, other);
        sidecar.commit();
        try (Connection old = snapshot(Connection.TRANSACTION_REPEATABLE_READ)) {
            sharing.since(db.app(), sidecar, memory, other);
            sidecar.commit();
            World.untag(old, memory.agent());
            collides(old::commit);
        }
        assertThat(world.drift(other)).isEmpty();
    }

    /** How an enabled agent gets a row, which git has and PostgreSQL had lost, that no older snapshot sees. */
    enum Found {
        LINK {
            @Override
            void lose(Connection admin, Memory memory) throws SQLException {
                run(admin, "DELETE FROM blocks_agents WHERE block_id = ?", memory.block());
            }

            @Override
            void find(Connection app, Memory memory) throws SQLException {
                World.link(app, memory.agent(), memory.block(), memory.label());
            }
        },
        ROW {
            @Override
            void lose(Connection admin, Memory memory) throws SQLException {
                run(
                        admin,
                        "UPDATE blocks_agents SET block_id = 'lost ' || block_id WHERE block_id = ?",
                        memory.block());
            }

            @Override
            void find(Connection app, Memory memory) throws SQLException {
                run(app, COPY, "lost " + memory.block(), memory.block());
            }
        };

        abstract void lose(Connection admin, Memory memory) throws SQLException;

        abstract void find(Connection app, Memory memory) throws SQLException;
    }

    private Memory lost(Found found) throws SQLException {
        Memory memory = world.enabled();
        Connection admin = db.admin(); // a superuser can, and so can a restored backup
        admin.setAutoCommit(false);
        run(admin, "SET LOCAL session_replication_role = replica");
        for (String trigger : LINK_TRIGGERS) {
            run(admin, "ALTER TABLE blocks_agents DISABLE TRIGGER " + trigger);
        }
        found.lose(admin, memory);
        for (String trigger : LINK_TRIGGERS) {
            run(admin, "ALTER TABLE blocks_agents ENABLE ALWAYS TRIGGER " + trigger);
        }
        admin.commit();
        return memory;
    }

    private void noRowCarriesACommitOf(Memory memory) throws SQLException {
        assertThat(strings(
                        db.admin(),
                        "SELECT b.id FROM block b JOIN blocks_agents l ON l.block_id = b.id"
                                + " WHERE l.agent_id = ? AND b.git_sha IS NOT NULL",
                        memory.agent()))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void disablingWaitsForARowThatWasJudged(Found found) throws Exception {
        Memory memory = lost(found);
        try (Connection app = db.newApp();
                Connection other = db.newApp()) {
            app.setAutoCommit(false);
            found.find(app, memory);
            run(app, "SET CONSTRAINTS ALL IMMEDIATE");

            Waiting disable = Waiting.start(db, other, () -> World.untag(other, memory.agent()));
            app.commit();
            disable.finish();
        }
        noRowCarriesACommitOf(memory);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotDisableAnAgentThatGotARowSince(Found found) throws SQLException {
        Memory memory = lost(found);
        try (Connection old = snapshot(Connection.TRANSACTION_REPEATABLE_READ)) {
            Connection app = db.app();
            app.setAutoCommit(false);
            found.find(app, memory);
            app.commit();
            World.untag(old, memory.agent());
            collides(old::commit);
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }
}
