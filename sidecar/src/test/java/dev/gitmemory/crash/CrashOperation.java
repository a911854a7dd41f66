package dev.gitmemory.crash;

import static dev.gitmemory.crash.CrashWorld.block;
import static dev.gitmemory.crash.CrashWorld.blocks;
import static dev.gitmemory.crash.CrashWorld.gitMemory;

import dev.gitmemory.testing.Application;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a crash may strike, done by one agent again and again: in round {@code r} with a value or label of that round.
 * Those that are carried out by HTTP may get lost if nobody has acknowledged them; a request by SQL, and a tag, may not.
 */
enum CrashOperation {
    /** A new value, over HTTP. */
    WRITE {
        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", block(agent, "system/note"), value(agent, round));
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    },
    /** A new value of a block that another agent of git's shares. */
    SHARED {
        @Override
        void create(CrashWorld world, String agent) {
            world.enabledAgent(agent);
            world.application().createAgent(agent + OTHER);
            world.application().link(agent + OTHER, "block-" + agent, "system/note");
            world.must("POST", gitMemory(agent + OTHER, "enable"), "");
        }

        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.write(agent, "system/note", token(agent, round) + "-before");
            world.fact(agent + OTHER, "+" + token(agent, round) + "-before", true);
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", "/v1/blocks/block-" + agent, value(agent, round));
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round)) && world.noteIs(agent + OTHER, token(agent, round));
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            super.note(world, agent, round, certain);
            world.fact(agent + OTHER, "+" + token(agent, round), certain);
        }

        @Override
        boolean commitsInTransaction() {
            return true;
        }
    },
    /** A new block. */
    CREATE {
        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged(
                    "POST",
                    blocks(agent),
                    "{\"label\": \"system/new%d\", \"value\": \"%s\"}".formatted(round, token(agent, round)));
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/new" + round);
        }
    },
    /** A block that gets another label. */
    RENAME {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.createBlock(agent, "system/from" + round, token(agent, round));
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged(
                    "PATCH", block(agent, "system/from" + round), "{\"label\": \"system/to%d\"}".formatted(round));
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/to" + round);
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Rename system/from%d to system/to%d".formatted(round, round), certain);
        }
    },
    /** A block of nobody's that an agent gets. */
    ATTACH {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.application()
                    .update(
                            "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES (?, ?, ?, 5000, ?)",
                            token(agent, round),
                            "system/more" + round,
                            "attached",
                            Application.ORGANIZATION);
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent) + "/attach/" + token(agent, round), "");
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/more" + round);
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Attach system/more" + round, certain);
        }
    },
    /** A block that an agent loses, and whose row stays. */
    DETACH {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            ids.put(token(agent, round), world.createBlock(agent, "system/less" + round, "detached"));
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent) + "/detach/" + ids.get(token(agent, round)), "");
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasBlock(agent, "system/less" + round)
                    && world.application()
                                    .query("SELECT FROM block WHERE id = ?", ids.get(token(agent, round)))
                                    .size()
                            == 1;
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Detach system/less" + round, certain);
        }
    },
    /** A block that is deleted. */
    DELETE {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            ids.put(token(agent, round), world.createBlock(agent, "system/gone" + round, token(agent, round)));
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("DELETE", "/v1/blocks/" + ids.get(token(agent, round)), "");
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasBlock(agent, "system/gone" + round);
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Delete system/gone" + round, certain);
        }
    },
    /** An agent that is given to git; nobody else but its client would do that again. */
    ENABLE {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.disableAndWrite(agent, token(agent, round));
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("POST", gitMemory(agent, "enable"), "");
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasTag(agent);
        }

        @Override
        void afterwards(CrashWorld world, String agent, int round) {
            world.must("POST", gitMemory(agent, "enable"), "");
            note(world, agent, round, true);
        }

        @Override
        boolean commitsInTransaction() {
            return true;
        }
    },
    /** An agent that is given to git by its tag alone. */
    TAG {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.disableAndWrite(agent, token(agent, round));
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            world.application().tag(agent);
            return true;
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.application()
                            .query("SELECT FROM git_memory.status WHERE agent_id = ? AND state = 'enabled'", agent)
                            .size()
                    == 1;
        }

        @Override
        boolean isReconcilers() {
            return true;
        }

        @Override
        boolean commitsInTransaction() {
            return true;
        }
    },
    /** An agent that is taken from git. */
    DISABLE {
        @Override
        boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("POST", gitMemory(agent, "disable"), "");
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasTag(agent);
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            // It leaves nothing in the history.
        }

        @Override
        void afterwards(CrashWorld world, String agent, int round) {
            if (!world.hasTag(agent)) {
                world.application()
                        .update("UPDATE block SET value = ? WHERE id = ?", token(agent, round), "block-" + agent);
                world.must("POST", gitMemory(agent, "enable"), "");
                world.fact(agent, "+" + token(agent, round), true);
            }
        }
    },
    /** A new value, by SQL. */
    SQL_WRITE {
        @Override
        boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "write_block('%s', 'system/note', '%s')".formatted(agent, token(agent, round)));
            return true;
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    },
    /** A block that is created by SQL. */
    SQL_CREATE {
        @Override
        boolean run(CrashWorld world, String agent, int round) {
            world.submit(
                    agent, "create_block('%s', 'system/new%d', '%s')".formatted(agent, round, token(agent, round)));
            return true;
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/new" + round);
        }
    },
    /** A block of an agent without the tag, by SQL. */
    SQL_PLAIN {
        @Override
        void create(CrashWorld world, String agent) {
            world.application().createAgent(agent);
        }

        @Override
        void prepare(CrashWorld world, String agent, int round) {
            // It needs nothing.
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "create_block('%s', 'new%d', 'plain')".formatted(agent, round));
            return true;
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.application()
                            .query(
                                    "SELECT FROM blocks_agents WHERE agent_id = ? AND block_label = ?",
                                    agent,
                                    "new" + round)
                            .size()
                    == 1;
        }

        @Override
        void note(CrashWorld world, String agent, int round, boolean certain) {
            // It leaves nothing in the history.
        }
    },
    /** Rows that a superuser has changed, brought back to git's state by SQL. */
    SYNC {
        @Override
        void prepare(CrashWorld world, String agent, int round) {
            world.write(agent, "system/note", token(agent, round));
            world.writeAroundTheGuard(agent, "strange");
        }

        @Override
        boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "sync_agent('%s')".formatted(agent));
            return true;
        }

        @Override
        boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    };

    /** Ends the id of the other owner of a shared block. */
    static final String OTHER = ".other";

    private static final Map<String, String> ids = new ConcurrentHashMap<>();

    /** Makes the agent. */
    void create(CrashWorld world, String agent) {
        world.enabledAgent(agent);
    }

    /** What has to be there for it. All of it is acknowledged. */
    void prepare(CrashWorld world, String agent, int round) {
        world.write(agent, "system/note", token(agent, round) + "-before");
    }

    /** Begins it; whether it was acknowledged. */
    abstract boolean run(CrashWorld world, String agent, int round);

    /** Whether the tables show it. */
    abstract boolean isThere(CrashWorld world, String agent, int round);

    /** Says what it leaves in the history, once. */
    void note(CrashWorld world, String agent, int round, boolean certain) {
        world.fact(agent, "+" + token(agent, round), certain);
    }

    /** What its client does when he sees how it ended. */
    void afterwards(CrashWorld world, String agent, int round) {
        // Most clients are content.
    }

    /** Whether it is the reconciler that carries it out. */
    boolean isReconcilers() {
        return false;
    }

    /** Whether a transaction of PostgreSQL is open while it commits to git. */
    boolean commitsInTransaction() {
        return false;
    }

    /** Whether it is a request that somebody carries out whoever dies. */
    boolean isRequest() {
        return name().startsWith("SQL_") || this == SYNC;
    }

    private static String token(String agent, int round) {
        return agent + "-round" + round;
    }

    private static String value(String agent, int round) {
        return "{\"value\": \"" + token(agent, round) + "\"}";
    }
}
