package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.strings;

import dev.gitmemory.race.Bell;
import dev.gitmemory.race.Level;
import dev.gitmemory.race.Race;
import dev.gitmemory.race.Script;
import dev.gitmemory.race.SqlPlayer;
import dev.gitmemory.race.Step;
import dev.gitmemory.race.Trace;
import dev.gitmemory.race.Waits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A database of its own with two sessions of an application and one of a sidecar, on which {@link RaceAttempt}s are run in
 * every order of their steps. Used by one thread.
 */
final class RaceStage implements AutoCloseable {

    /** What may become of a transaction: it is refused by the guard or by a key, or it makes way for another. */
    private static final Pattern OUTCOME = Pattern.compile("ok|MG00[1-7]|40001|40P01|23503|23505");

    private static final AtomicLong NUMBER = new AtomicLong();
    private static final Pattern NAME = Pattern.compile("\\{([a-z])}");

    private static final int EVERY = Integer.getInteger("git-memory.race.attempts.every", 10);

    private final GuardedDatabase db;
    private final Race race;
    private final SqlPlayer one;
    private final SqlPlayer two;
    private final SqlPlayer sidecar;
    private final SqlPlayer installer;
    private final String install;
    private final Connection setup;
    private long number;

    RaceStage(GuardTarget target) throws SQLException {
        this.db = target.fresh();
        run(db.admin(), "ALTER DATABASE " + db.name() + " SET deadlock_timeout = '30ms'");
        run(db.admin(), "INSERT INTO organizations (id, name) VALUES ('org', 'Org')");
        Bell bell = new Bell();
        this.race = new Race(new Waits(db.newAdmin()), bell);
        this.one = new SqlPlayer("one", db.newApp(), bell);
        this.two = new SqlPlayer("two", db.newApp(), bell);
        this.sidecar = new SqlPlayer("sidecar", db.newSidecar(), bell);
        this.installer = new SqlPlayer("superuser", db.newAdmin(), bell);
        this.install =
                "SELECT git_memory.guard_with_%s()".formatted(target.engine().setting());
        this.setup = db.newSidecar();
    }

    /** What came of an attempt. */
    static final class Result {
        private final List<String> wrong = new ArrayList<>();
        private int runs;
        private int waited;

        List<String> wrong() {
            return wrong;
        }

        int runs() {
            return runs;
        }

        int waited() {
            return waited;
        }
    }

    /** Runs every order, or every so many: {@code -Dgit-memory.race.attempts.every}. */
    Result play(RaceAttempt attempt, Level level) {
        Result result = new Result();
        List<List<Step.Kind>> kinds = players(attempt, level, new Trace()).stream()
                .map(SqlPlayer::kinds)
                .toList();
        Race.Finish finish =
                (run, order, repeats) -> end(result, attempt + " at " + level.sql() + ", order " + order, run);
        if (EVERY == 1) {
            race.all(kinds, () -> begin(attempt, level), finish);
            return result;
        }
        int first = Math.floorMod((attempt.name() + level).hashCode(), EVERY);
        for (int order = first; order < Race.orders(kinds); order += EVERY) {
            race.one(kinds, order, () -> begin(attempt, level), finish);
        }
        return result;
    }

    private Race.Run begin(RaceAttempt attempt, Level level) {
        try {
            number = NUMBER.incrementAndGet();
            run(db.app(), sql(String.join("; ", RaceWorld.WORLD)));
            setup.setAutoCommit(false);
            for (String agent : attempt.enabled()) {
                World.takeOver(setup, sql(agent));
                setup.commit();
            }
            run(db.app(), sql(String.join("; ", RaceWorld.AFTER_TAKING_OVER)));
            copy();
            Trace trace = new Trace();
            return new Race.Run(players(attempt, level, trace), trace);
        } catch (SQLException e) {
            throw new IllegalStateException("No world for " + attempt, e);
        }
    }

    private void copy() throws SQLException {
        try {
            run(db.app(), sql(RaceWorld.COPY.formatted("c", "git_sha")));
        } catch (SQLException e) {
            run(db.app(), sql(RaceWorld.COPY.formatted("c", "NULL"))); // a commit without an agent may be refused
        }
    }

    private List<SqlPlayer> players(RaceAttempt attempt, Level level, Trace trace) {
        List<SqlPlayer> players = new ArrayList<>();
        players.add(one.plays(script(level, attempt.one()), trace));
        if (attempt.two().contains(RaceAttempt.INSTALL_AGAIN)) {
            players.add(installer.plays(
                    Script.sql(
                            "installs again",
                            Level.READ_COMMITTED,
                            List.of(install + "; CALL git_memory.set_rights()")),
                    trace));
        } else if (!attempt.two().isEmpty()) {
            players.add(two.plays(script(Level.READ_COMMITTED, attempt.two()), trace));
        }
        if (!attempt.sidecar().isEmpty()) {
            Step step = Step.of(String.join("; ", attempt.sidecar()), connection -> {
                for (String act : attempt.sidecar()) {
                    if (!act(connection, act)) {
                        return; // the agent is not enabled any more
                    }
                }
            });
            players.add(sidecar.plays(Script.transaction("sidecar", Level.READ_COMMITTED, List.of(step)), trace));
        }
        return players;
    }

    private Script script(Level level, List<String> statements) {
        return Script.sql(
                "application", level, statements.stream().map(this::sql).toList());
    }

    private boolean act(Connection connection, String act) throws SQLException {
        if (act.startsWith("lock ")) {
            return lock(connection, sql(act.substring("lock ".length())));
        }
        if (act.startsWith("take over ")) {
            World.takeOver(connection, sql(act.substring("take over ".length())));
        } else {
            run(connection, sql(act));
        }
        return true;
    }

    /** As a sidecar does before it applies; false if the agent is not enabled. */
    private static boolean lock(Connection connection, String agent) throws SQLException {
        List<String> state =
                strings(connection, "SELECT state FROM git_memory.repo WHERE agent_id = ? FOR UPDATE", agent);
        strings(
                connection,
                "SELECT b.id FROM blocks_agents l JOIN block b ON b.id = l.block_id WHERE l.agent_id = ?"
                        + " ORDER BY b.id COLLATE \"C\" FOR NO KEY UPDATE OF l, b",
                agent);
        run(connection, "SET CONSTRAINTS ALL DEFERRED");
        if (!state.equals(List.of("enabled"))) {
            return false;
        }
        World.applied(connection, agent, World.newSha());
        return true;
    }

    private void end(Result result, String title, Race.Run run) {
        result.runs++;
        result.waited += run.trace().waited() ? 1 : 0;
        List<String> wrong = new ArrayList<>();
        run.players().forEach(player -> {
            if (!OUTCOME.matcher(player.outcome()).matches()) {
                wrong.add(player.name() + " ended with " + player.outcome());
            }
        });
        try {
            for (String check : RaceWorld.CHECKS) {
                wrong.addAll(strings(db.admin(), sql(check)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(title, e);
        }
        if (!wrong.isEmpty()) {
            result.wrong.add(title + "\n    " + String.join("\n    ", wrong) + "\n" + run.trace());
        }
    }

    private String sql(String text) {
        return NAME.matcher(text).replaceAll(name -> name.group(1) + number);
    }

    @Override
    public void close() throws SQLException {
        for (SqlPlayer player : Set.of(one, two, sidecar, installer)) {
            player.close();
        }
        setup.close();
        db.close();
    }
}
