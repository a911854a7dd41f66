package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The column git_sha: it must be git's, and having it is not enough. */
@OnEveryTarget
class ShaTest extends GuardTest {
    ShaTest(GuardTarget target) throws SQLException {
        super(target);
    }

    @Test
    void refusesARowWithoutSha() throws SQLException {
        Memory memory = world.enabled();

        Refusal.noSha(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'other', git_sha = NULL WHERE id = ?",
                                memory.block()));
        Refusal.noSha(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET git_sha = NULL WHERE id = ?", memory.block()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "HEAD",
                "zz",
                "0000000000000000000000000000000000000000",
                "' OR true --",
                "é",
                "{\"a\": \"%s %1$s %n\"}"
            })
    void refusesAMalformedSha(String sha) throws SQLException {
        Memory memory = world.enabled();

        Refusal.wrongSha(memory, sha)
                .ends(db, () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", sha, memory.block()));
    }

    @Test
    void refusesTheRightShaInAnotherSpelling() throws SQLException {
        Memory memory = world.enabled();
        String upper = memory.sha().toUpperCase(java.util.Locale.ROOT);

        Refusal.wrongSha(memory, upper)
                .ends(db, () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", upper, memory.block()));
    }

    @Test
    void refusesAnEndlessShaWithoutRepeatingAllOfIt() throws SQLException {
        Memory memory = world.enabled();
        String sha = "f".repeat(1_000_000);

        Refusal.wrongSha(memory, "f".repeat(200 - "git_sha ".length()) + "…")
                .ends(db, () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", sha, memory.block()));
    }

    @Test
    void refusesTheShaOfAnotherAgent() throws SQLException {
        Memory memory = world.enabled();
        Memory other = world.enabled();

        Refusal.wrongSha(memory, other.sha())
                .ends(
                        db,
                        () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", other.sha(), memory.block()));
    }

    @Test
    void refusesTheShaOfAnotherLabel() throws SQLException {
        String agent = world.agent();
        Memory one = world.remember(agent, "system/one");
        Memory two = world.remember(agent, "system/two");
        world.takeOver(agent);
        Memory written = world.write(world.current(two), "second");
        Memory memory = world.current(one);

        Refusal.wrongSha(memory, written.sha())
                .ends(
                        db,
                        () -> run(
                                db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", written.sha(), memory.block()));
    }

    @Test
    void refusesAnOlderCommitEvenWithTheContentOfThen() throws SQLException {
        Memory first = world.enabled();
        Memory second = world.write(first, "second");

        Refusal.wrongSha(second, first.sha())
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'first', git_sha = ? WHERE id = ?",
                                first.sha(),
                                second.block()));
        Refusal.otherContent(second)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'first' WHERE id = ?", second.block()));
    }

    @Test
    void refusesABlockThatBringsACopiedShaAlong() throws SQLException {
        Memory memory = world.enabled();
        String forged = World.unique("block");

        Refusal.straySha(forged, "system/forged", memory.sha())
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "INSERT INTO block (id, label, value, \"limit\", organization_id, git_sha)"
                                        + " VALUES (?, 'system/forged', 'forged', 1, 'org', ?)",
                                forged,
                                memory.sha()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"git_sha = :sha", "git_sha = ''", "git_sha = 'Pending'", "git_sha = :sha, value = 'first'"})
    void refusesACommitOnTheBlockOfAnAgentWithoutTheTag(String assignment) throws SQLException {
        String sha = world.enabled().sha();
        Memory plain = world.plain();
        String sql = assignment.replace(":sha", "'" + sha + "'");
        String found = assignment.contains(":sha") ? sha : assignment.replaceAll(".*'(.*)'", "$1");

        Refusal.straySha(plain.block(), plain.label(), found)
                .ends(db, () -> run(db.app(), "UPDATE block SET " + sql + " WHERE id = ?", plain.block()));
    }

    @Test
    void refusesAnExactCopyAndOneOfAnAgentThatWaitsToBeTakenOver() throws SQLException {
        Memory memory = world.enabled();
        String copy = World.unique("copy");
        String sql = "INSERT INTO block (id, label, value, description, \"limit\", organization_id, git_sha)"
                + " SELECT ?, label, value, description, \"limit\", organization_id, git_sha FROM block WHERE id = ?";
        Refusal.straySha(copy, memory.label(), memory.sha()).ends(db, () -> run(db.app(), sql, copy, memory.block()));

        Memory pending = world.plain();
        World.tag(db.app(), pending.agent());
        Refusal.notTakenOver(pending)
                .ends(
                        db,
                        () -> run(
                                db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", memory.sha(), pending.block()));
    }

    @Test
    void theCommitGoesWithTheLastEnabledAgent() throws SQLException {
        Memory memory = world.enabled();
        World.link(db.app(), world.agent(), memory.block(), memory.label());
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        run(sidecar, "DELETE FROM git_memory.file WHERE agent_id = ?", memory.agent());
        World.applied(sidecar, memory.agent(), World.newSha());
        run(sidecar, "DELETE FROM blocks_agents WHERE agent_id = ?", memory.agent());
        sidecar.commit();

        assertThat(world.sha(memory)).isEqualTo("null");
        Refusal.straySha(memory.block(), memory.label(), memory.sha())
                .ends(
                        db,
                        () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", memory.sha(), memory.block()));
    }

    @Test
    void sessionVariablesAndCommentsOpenNothing() throws SQLException {
        Memory memory = world.enabled();
        Connection app = db.app();
        run(app, "SET git_memory.sha = '" + memory.sha() + "'");
        run(app, "SET search_path = pg_temp, public");
        run(app, "CREATE TEMPORARY TABLE file (agent_id text, label text, commit_sha text, digest text)");
        run(app, "CREATE TEMPORARY TABLE repo (agent_id text, state text)");

        Refusal.otherContent(memory)
                .ends(
                        db,
                        () -> run(
                                app,
                                "UPDATE public.block SET value = 'other' /* git_sha */ WHERE id = ?",
                                memory.block()));
        run(app, "DISCARD ALL");
    }

    @Test
    void whatGitHasMayBeWrittenByAnybody() throws SQLException {
        Memory memory = world.enabled();
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        String sha = World.gitSays(sidecar, memory, "second");
        sidecar.commit();

        Memory ahead = memory.withSha(sha);
        Refusal.of("MG003", ahead.agent(), ahead.label(), "the content of commit " + sha, "other content")
                .ends(db, () -> run(db.app(), "UPDATE block SET git_sha = ? WHERE id = ?", sha, memory.block()));

        run(db.app(), "UPDATE block SET value = 'second', git_sha = ? WHERE id = ?", sha, memory.block());
        assertThat(world.drift(memory.agent())).isEmpty();
    }
}
