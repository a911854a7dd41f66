package dev.gitmemory.crash;

import static dev.gitmemory.crash.CrashWorld.block;
import static dev.gitmemory.crash.CrashWorld.blocks;
import static dev.gitmemory.crash.CrashWorld.gitMemory;
import static dev.gitmemory.crash.Operation.token;
import static dev.gitmemory.crash.Operation.value;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happens to a block that three agents with the tag and one without it share, through every door: the agent itself,
 * {@code .second} and {@code .third} are git's, {@code .plain} is not.
 */
enum SharedOperation implements Operation {
    /** A new value, over HTTP. */
    WRITE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", "/v1/blocks/block-" + agent, value(agent, round));
        }
    },
    /** A new value that the agent without the tag writes. */
    WRITE_BY_PLAIN {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", block(agent + PLAIN, NOTE), value(agent, round));
        }
    },
    /** A new value, by SQL, of the last of the owners. */
    SQL_WRITE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "write_block('%s', '%s', '%s')".formatted(agent + THIRD, NOTE, token(agent, round)));
            return true;
        }
    },
    /** A new value that a person has pushed to one owner's repository, of which PostgreSQL hears by sync. */
    SQL_SYNC_AFTER_PUSH {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.pusher().push(agent + SECOND, NOTE, token(agent, round));
            world.submit(agent, "sync_agent('%s')".formatted(agent + SECOND));
            return true;
        }

        @Override
        public String threads() {
            return "all"; // the reconciler may be quicker
        }

        @Override
        public boolean mayBeStruckAt(String step) {
            return COMMITS.contains(step);
        }
    },
    /** One more owner. */
    ATTACH {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent + THIRD) + "/attach/" + ids.get(token(agent, round)), "");
        }
    },
    /** One more owner, by SQL. */
    SQL_ATTACH {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "attach_block('%s', '%s')".formatted(agent + THIRD, ids.get(token(agent, round))));
            return true;
        }
    },
    /** One owner less. */
    DETACH {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent + SECOND) + "/detach/" + ids.get(token(agent, round)), "");
        }
    },
    /** One owner less, by SQL. */
    SQL_DETACH {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "detach_block('%s', '%s')".formatted(agent + SECOND, ids.get(token(agent, round))));
            return true;
        }
    };

    private static final String SECOND = ".second";
    private static final String THIRD = ".third";
    private static final String PLAIN = ".plain";
    private static final String NOTE = "system/note";

    /** Around each repository's commit. */
    private static final Set<String> COMMITS = Set.of("PUT", "STORED");

    /** Of blocks whose owners change, by token. */
    private static final Map<String, String> ids = new ConcurrentHashMap<>();

    private boolean attaches() {
        return name().endsWith("ATTACH");
    }

    private boolean detaches() {
        return name().endsWith("DETACH");
    }

    /** Whose owners change: a block of the round's own, or else the agent's note. */
    private String label(int round) {
        return attaches() || detaches() ? "system/" + name().toLowerCase(Locale.ROOT) + round : NOTE;
    }

    @Override
    public void create(CrashWorld world, String agent) {
        world.enabledAgent(agent);
        for (String other : List.of(SECOND, THIRD, PLAIN)) {
            world.application().createAgent(agent + other);
            world.application().link(agent + other, "block-" + agent, NOTE);
        }
        world.must("POST", gitMemory(agent + SECOND, "enable"), "");
        world.must("POST", gitMemory(agent + THIRD, "enable"), "");
    }

    @Override
    public void prepare(CrashWorld world, String agent, int round) {
        if (attaches() || detaches()) {
            String id = world.createBlock(agent, label(round), "shared in round " + round);
            ids.put(token(agent, round), id);
            world.must("PATCH", blocks(agent + SECOND) + "/attach/" + id, "");
            world.must("PATCH", blocks(agent + PLAIN) + "/attach/" + id, "");
            if (detaches()) {
                world.must("PATCH", blocks(agent + THIRD) + "/attach/" + id, "");
            }
        } else {
            world.write(agent, NOTE, token(agent, round) + "-before");
            world.fact(agent + SECOND, "+" + token(agent, round) + "-before", true);
            world.fact(agent + THIRD, "+" + token(agent, round) + "-before", true);
        }
    }

    @Override
    public boolean isThere(CrashWorld world, String agent, int round) {
        if (attaches()) {
            return world.hasBlock(agent + THIRD, label(round));
        }
        if (detaches()) {
            return !world.hasBlock(agent + SECOND, label(round));
        }
        return world.noteIs(agent + PLAIN, token(agent, round));
    }

    @Override
    public void note(CrashWorld world, String agent, int round, boolean certain) {
        if (attaches()) {
            world.fact(agent + THIRD, "Attach " + label(round), certain);
        } else if (detaches()) {
            world.fact(agent + SECOND, "Detach " + label(round), certain);
        } else {
            owners(agent).forEach(owner -> world.fact(owner, "+" + token(agent, round), certain));
        }
    }

    /** Writes the block whose owners have changed: that has to reach those that it has now, and no other. */
    @Override
    public void afterwards(CrashWorld world, String agent, int round) {
        if (attaches() || detaches()) {
            world.must("PATCH", "/v1/blocks/" + ids.get(token(agent, round)), value(agent, round));
            for (String owner : owners(agent)) {
                if (world.hasBlock(owner, label(round))) {
                    world.fact(owner, "+" + token(agent, round), true);
                } else {
                    world.noFact(owner, "+" + token(agent, round));
                }
            }
        }
    }

    @Override
    public List<String> owners(String agent) {
        return List.of(agent, agent + SECOND, agent + THIRD);
    }

    @Override
    public boolean mayBeStruckAt(String step) {
        return COMMITS.contains(step) || step.equals("ROWS_WRITTEN") || step.equals("APPLIED");
    }

    @Override
    public boolean commitsInTransaction() {
        return true;
    }

    @Override
    public boolean isRequest() {
        return name().startsWith("SQL_");
    }
}
