package dev.gitmemory.race;

import dev.gitmemory.service.MemoryException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * An operation of a sidecar as a player: it is held at each point of its way that it passes for the first time, and goes on
 * when it is its turn. A point that it passes again, for it began again from there, is passed freely.
 */
final class OperationPlayer implements Player, AutoCloseable {

    /** What is carried out. */
    @FunctionalInterface
    interface Work {
        /** Does it, and returns whether all of it is done, and not only in git. */
        boolean run() throws Exception;
    }

    private final String role;
    private final Bell bell;
    private final Semaphore turn = new Semaphore(0);
    private final ExecutorService threads = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "race-operation");
        made.setDaemon(true);
        return made;
    });

    private String name = "";
    private Work work = () -> true;
    private Trace trace = new Trace();
    private Set<String> points = Set.of();
    private boolean begun;
    private volatile boolean acknowledged;
    private volatile String at = "begin";
    private volatile String outcome = "ok";
    private volatile State state = State.ENDED;

    /** Those that were passed, in their order; used by the operation's thread until it has ended. */
    private final Set<String> passed = Collections.synchronizedSet(new HashSet<>());

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    /** @param role as which nobody but this operation's sidecar logs in */
    OperationPlayer(String role, Bell bell) {
        this.role = role;
        this.bell = bell;
    }

    /** @param held the points at which it stops */
    OperationPlayer plays(String title, List<String> held, Work begunWork, Trace told) {
        if (state != State.ENDED) {
            throw new IllegalStateException(name + " is still at " + at);
        }
        name = title;
        work = begunWork;
        trace = told;
        points = new HashSet<>(held);
        begun = false;
        acknowledged = false;
        at = "begin";
        outcome = "ok";
        passed.clear();
        seen.clear();
        state = State.READY;
        return this;
    }

    /** The steps of an operation that stops at so many points. */
    static List<Step.Kind> kinds(int points) {
        return Collections.nCopies(points + 1, Step.Kind.COMMIT);
    }

    @Override
    public String name() {
        return "sidecar (" + name + ")";
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public List<Step.Kind> kinds() {
        return kinds(points.size());
    }

    @Override
    public void go() {
        state = State.RUNNING;
        if (begun) {
            turn.release();
        } else {
            begun = true;
            threads.execute(this::run);
        }
    }

    private void run() {
        try {
            acknowledged = work.run();
            outcome = acknowledged ? "ok" : "pending";
        } catch (MemoryException e) {
            outcome = String.valueOf(e.reason());
            trace.say("sidecar", at, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            outcome = e.getClass().getSimpleName();
            trace.say("sidecar", at, e.toString());
        }
        trace.say("sidecar", "from " + at + " to the end", outcome);
        state = State.ENDED;
        bell.ring();
    }

    /** The operation has got to a point. Says nothing to others: what is not an operation of a race is not held. */
    void reached(String point) {
        if (state != State.RUNNING || !Thread.currentThread().getName().equals("race-operation")) {
            return;
        }
        seen.add(point);
        if (points.contains(point) && passed.add(point)) {
            trace.say("sidecar", "from " + at, point);
            at = point;
            state = State.READY;
            bell.ring();
            turn.acquireUninterruptibly();
        }
    }

    /** The points that it passed, each once, in their order. */
    List<String> seen() {
        return seen.stream().distinct().toList();
    }

    /** Whether it said that it has done what was asked for. */
    boolean isAcknowledged() {
        return acknowledged;
    }

    @Override
    public String doing() {
        return "from " + at;
    }

    @Override
    public boolean owns(int pid, String user) {
        return user.equals(role);
    }

    @Override
    public String outcome() {
        return outcome;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
