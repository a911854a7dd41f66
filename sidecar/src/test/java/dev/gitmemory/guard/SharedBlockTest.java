package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A block that several agents have: it must be what git says for each of them, and carries the first one's commit. */
@OnEveryTarget
class SharedBlockTest extends GuardTest {
    SharedBlockTest(GuardTarget target) throws SQLException {
        super(target);
    }

    /** Two git-enabled agents with one block; the first by id owns its SHA. */
    private record Pair(Memory first, Memory second) {}

    private Pair pair() throws SQLException {
        Memory one = world.enabled();
        String other = world.agent();
        World.link(db.app(), other, one.block(), one.label());
        world.takeOver(other);
        String otherSha =
                GuardedDatabase.string(db.admin(), "SELECT commit_sha FROM git_memory.file WHERE agent_id = ?", other);
        String oneSha = GuardedDatabase.string(
                db.admin(), "SELECT commit_sha FROM git_memory.file WHERE agent_id = ?", one.agent());
        Memory two = new Memory(other, one.block(), one.label(), otherSha);
        Memory own = one.withSha(oneSha);
        return own.agent().compareTo(two.agent()) < 0 ? new Pair(own, two) : new Pair(two, own);
    }

    @Test
    void carriesTheCommitOfTheFirstAgent() throws SQLException {
        Pair pair = pair();

        assertThat(world.sha(pair.first())).isEqualTo(pair.first().sha());
        assertThat(world.drift(pair.first().agent())).isEmpty();
        assertThat(world.drift(pair.second().agent())).isEmpty();
        Refusal.wrongSha(pair.first(), pair.second().sha())
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET git_sha = ? WHERE id = ?",
                                pair.second().sha(),
                                pair.first().block()));
    }

    @Test
    void refusesAWriteThatOnlyOneRepositoryHas() throws SQLException {
        Pair pair = pair();
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        String sha = World.gitSays(sidecar, pair.first(), "second");

        Refusal.otherContent(pair.second())
                .endsWithin(() -> run(
                        sidecar,
                        "UPDATE block SET value = 'second', git_sha = ? WHERE id = ?",
                        sha,
                        pair.first().block()));
        sidecar.rollback();

        String firstSha = World.gitSays(sidecar, pair.first(), "second");
        World.gitSays(sidecar, pair.second(), "second");
        run(
                sidecar,
                "UPDATE block SET value = 'second', git_sha = ? WHERE id = ?",
                firstSha,
                pair.first().block());
        sidecar.commit();
        assertThat(world.drift(pair.first().agent())).isEmpty();
        assertThat(world.drift(pair.second().agent())).isEmpty();
    }

    @Test
    void anAgentWithoutTheTagThatSharesItDoesNotOpenIt() throws SQLException {
        Memory memory = world.enabled();
        String untagged = world.agent();
        World.link(db.app(), untagged, memory.block(), memory.label());

        Refusal.otherContent(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'other' WHERE id = ?", memory.block()));
        Refusal.removed(memory).ends(db, () -> run(db.app(), "DELETE FROM block WHERE id = ?", memory.block()));
    }

    @Test
    void anAgentThatIsCreatedTaggedInThisTransactionDoesNotOpenIt() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        app.setAutoCommit(false);

        Refusal.otherContent(memory).ends(db, () -> {
            String fresh = World.agent(app);
            World.tag(app, fresh);
            World.link(app, fresh, memory.block(), memory.label());
            run(app, "UPDATE block SET value = 'other' WHERE id = ?", memory.block());
        });
    }

    @Test
    void disablingTheFirstAgentHandsTheShaToTheNext() throws SQLException {
        Pair pair = pair();

        World.untag(db.app(), pair.first().agent());

        assertThat(world.sha(pair.first())).isEqualTo(pair.second().sha());
        assertThat(world.drift(pair.second().agent())).isEmpty();
        Refusal.otherContent(pair.second())
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'other' WHERE id = ?",
                                pair.first().block()));
    }

    @Test
    void deletingTheFirstAgentInAnyOrderHandsTheShaToTheNext() throws SQLException {
        for (boolean linkFirst : new boolean[] {true, false}) {
            Pair pair = pair();
            Connection app = db.app();
            app.setAutoCommit(false);
            if (linkFirst) {
                run(
                        app,
                        "DELETE FROM blocks_agents WHERE agent_id = ?",
                        pair.first().agent());
            }
            World.untag(app, pair.first().agent());
            run(app, "DELETE FROM agents WHERE id = ?", pair.first().agent());
            app.commit();

            assertThat(world.sha(pair.first())).isEqualTo(pair.second().sha());
            assertThat(world.drift(pair.second().agent())).isEmpty();
        }
    }

    @Test
    void theSidecarMayAttachDetachAndRewriteInAnyOrderWhenItDefers() throws SQLException {
        Memory late = world.enabled();
        Memory early = new Memory("a-" + World.unique("agent"), late.block(), late.label(), World.newSha());
        run(db.app(), "INSERT INTO agents (id, organization_id) VALUES (?, 'org')", early.agent());
        world.takeOver(early.agent());

        for (boolean linkFirst : new boolean[] {true, false}) {
            Connection sidecar = db.sidecar();
            sidecar.setAutoCommit(false);
            run(sidecar, "SET CONSTRAINTS ALL DEFERRED");
            String value = "value " + linkFirst;
            World.gitSays(sidecar, early.agent(), early.label(), early.sha(), value);
            World.gitSays(sidecar, late.agent(), late.label(), late.sha(), value);
            if (linkFirst) {
                World.link(sidecar, early.agent(), early.block(), early.label());
            }
            run(sidecar, "UPDATE block SET value = ?, git_sha = ? WHERE id = ?", value, early.sha(), early.block());
            if (!linkFirst) {
                World.link(sidecar, early.agent(), early.block(), early.label());
            }
            sidecar.commit();
            assertThat(world.sha(late)).isEqualTo(early.sha());
            assertThat(world.drift(early.agent())).isEmpty();
            assertThat(world.drift(late.agent())).isEmpty();

            sidecar.setAutoCommit(false);
            run(sidecar, "DELETE FROM git_memory.file WHERE agent_id = ?", early.agent());
            run(sidecar, "DELETE FROM blocks_agents WHERE agent_id = ?", early.agent());
            sidecar.commit();
            assertThat(world.sha(late)).isEqualTo(late.sha());
            assertThat(world.drift(late.agent())).isEmpty();
        }
    }

    @Test
    void refusesTheBlockOfOneEnabledAgentToAnother() throws SQLException {
        Memory taker = world.enabled();
        Memory owner = world.remember(world.agent(), "system/other");
        world.takeOver(owner.agent());
        Memory enabled = world.current(owner);

        Refusal.of(
                        "MG002",
                        taker.agent(),
                        "system/other",
                        "no row, for git has no such label",
                        "git_sha " + enabled.sha())
                .ends(db, () -> World.link(db.app(), taker.agent(), enabled.block(), "system/other"));
    }

    @Test
    void noOtherAgentsContentAppearsInARefusal() throws SQLException {
        Pair pair = pair();
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        String sha = World.gitSays(sidecar, pair.first(), "a secret of the first");
        World.gitSays(sidecar, pair.second(), "a secret of the first");
        run(
                sidecar,
                "UPDATE block SET value = 'a secret of the first', git_sha = ? WHERE id = ?",
                sha,
                pair.first().block());
        sidecar.commit();

        Refusal.otherContent(pair.first().withSha(sha))
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'guess' WHERE id = ?",
                                pair.first().block()));
    }
}
