package dev.gitmemory.race;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.postgresql.PGConnection;

/**
 * A session that plays scripts, one after the other, on one connection. A script whose statement fails is rolled back and has
 * ended. Used by one driver.
 */
public final class SqlPlayer implements Player, AutoCloseable {

    private final String name;
    private final Connection connection;
    private final int pid;
    private final Bell bell;
    private final ExecutorService thread;
    private Script script = new Script("", List.of());
    private Trace trace = new Trace();
    private volatile int next;
    private volatile State state = State.ENDED;
    private volatile String outcome = "ok";

    /** @param connection in no transaction; closed with the player */
    public SqlPlayer(String name, Connection connection, Bell bell) throws SQLException {
        this.name = name;
        this.connection = connection;
        this.pid = connection.unwrap(PGConnection.class).getBackendPID();
        this.bell = bell;
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "race-" + name);
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins a race with this script. */
    public SqlPlayer plays(Script begun, Trace told) {
        if (state == State.RUNNING) {
            throw new IllegalStateException(name + " is still at " + doing());
        }
        script = begun;
        trace = told;
        next = 0;
        outcome = "ok";
        state = State.READY;
        return this;
    }

    @Override
    public String name() {
        return name + " (" + script.name() + ")";
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public List<Step.Kind> kinds() {
        return script.steps().stream().map(Step::kind).toList();
    }

    @Override
    public String doing() {
        return script.steps().get(Math.min(next, script.steps().size() - 1)).name();
    }

    @Override
    public boolean owns(int session, String user) {
        return session == pid;
    }

    @Override
    public String outcome() {
        return outcome;
    }

    @Override
    public void go() {
        state = State.RUNNING;
        thread.execute(this::step);
    }

    private void step() {
        int done = next;
        Step step = script.steps().get(done);
        State then = done + 1 == script.steps().size() ? State.ENDED : State.READY;
        try {
            trace.say(name, step.name(), step.work().on(connection));
        } catch (SQLException e) {
            outcome = e.getSQLState();
            trace.say(name, step.name(), e.getSQLState() + " " + e.getMessage());
            then = State.ENDED;
            rollback();
        } catch (RuntimeException e) {
            outcome = e.toString();
            trace.say(name, step.name(), e.toString());
            then = State.ENDED;
            rollback();
        }
        next = done + 1;
        state = then;
        bell.ring();
    }

    private void rollback() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            outcome = "no rollback: " + e.getMessage();
        }
    }

    @Override
    public void close() throws SQLException {
        thread.shutdownNow();
        connection.close();
    }
}
