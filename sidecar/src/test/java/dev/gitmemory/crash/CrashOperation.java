package dev.gitmemory.crash;

import static dev.gitmemory.crash.CrashWorld.block;
import static dev.gitmemory.crash.CrashWorld.blocks;
import static dev.gitmemory.crash.CrashWorld.gitMemory;

import dev.gitmemory.testing.Application;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everything that changes memory, for one agent. Those that are carried out by HTTP may get lost if nobody has acknowledged
 * them; a request by SQL, and a tag, may not.
 */
enum CrashOperation implements Operation {
    /** A new value, over HTTP. */
    WRITE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", block(agent, "system/note"), value(agent, round));
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    },
    /** A new value of a block that another agent of git's shares. */
    SHARED {
        @Override
        public void create(CrashWorld world, String agent) {
            world.enabledAgent(agent);
            world.application().createAgent(agent + OTHER);
            world.application().link(agent + OTHER, "block-" + agent, "system/note");
            world.must("POST", gitMemory(agent + OTHER, "enable"), "");
        }

        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.write(agent, "system/note", token(agent, round) + "-before");
            world.fact(agent + OTHER, "+" + token(agent, round) + "-before", true);
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", "/v1/blocks/block-" + agent, value(agent, round));
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round)) && world.noteIs(agent + OTHER, token(agent, round));
        }

        @Override
        public List<String> owners(String agent) {
            return List.of(agent, agent + OTHER);
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "+" + token(agent, round), certain);
            world.fact(agent + OTHER, "+" + token(agent, round), certain);
        }

        @Override
        public boolean commitsInTransaction() {
            return true;
        }
    },
    /** A new block. */
    CREATE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged(
                    "POST",
                    blocks(agent),
                    "{\"label\": \"system/new%d\", \"value\": \"%s\"}".formatted(round, token(agent, round)));
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/new" + round);
        }
    },
    /** A block that gets another label. */
    RENAME {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.createBlock(agent, "system/from" + round, token(agent, round));
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged(
                    "PATCH", block(agent, "system/from" + round), "{\"label\": \"system/to%d\"}".formatted(round));
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/to" + round);
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Rename system/from%d to system/to%d".formatted(round, round), certain);
        }
    },
    /** A block of nobody's that an agent gets. */
    ATTACH {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.application()
                    .update(
                            "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES (?, ?, ?, 5000, ?)",
                            token(agent, round),
                            "system/more" + round,
                            "attached",
                            Application.ORGANIZATION);
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent) + "/attach/" + token(agent, round), "");
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/more" + round);
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Attach system/more" + round, certain);
        }
    },
    /** A block that an agent loses, and whose row stays. */
    DETACH {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            ids.put(token(agent, round), world.createBlock(agent, "system/less" + round, "detached"));
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("PATCH", blocks(agent) + "/detach/" + ids.get(token(agent, round)), "");
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasBlock(agent, "system/less" + round)
                    && world.application()
                                    .query("SELECT FROM block WHERE id = ?", ids.get(token(agent, round)))
                                    .size()
                            == 1;
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Detach system/less" + round, certain);
        }
    },
    /** A block that is deleted. */
    DELETE {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            ids.put(token(agent, round), world.createBlock(agent, "system/gone" + round, token(agent, round)));
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("DELETE", "/v1/blocks/" + ids.get(token(agent, round)), "");
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasBlock(agent, "system/gone" + round);
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            world.fact(agent, "Delete system/gone" + round, certain);
        }
    },
    /** An agent that is given to git; nobody else but its client would do that again. */
    ENABLE {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.disableAndWrite(agent, token(agent, round));
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("POST", gitMemory(agent, "enable"), "");
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasTag(agent);
        }

        @Override
        public void afterwards(CrashWorld world, String agent, int round) {
            world.must("POST", gitMemory(agent, "enable"), "");
            note(world, agent, round, true);
        }

        @Override
        public boolean commitsInTransaction() {
            return true;
        }
    },
    /** An agent that is given to git by its tag alone. */
    TAG {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.disableAndWrite(agent, token(agent, round));
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.application().tag(agent);
            return true;
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.application()
                            .query("SELECT FROM git_memory.status WHERE agent_id = ? AND state = 'enabled'", agent)
                            .size()
                    == 1;
        }

        @Override
        public boolean isReconcilers() {
            return true;
        }

        @Override
        public boolean commitsInTransaction() {
            return true;
        }
    },
    /** An agent that is taken from git. */
    DISABLE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            return world.acknowledged("POST", gitMemory(agent, "disable"), "");
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return !world.hasTag(agent);
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            // It leaves nothing in the history.
        }

        @Override
        public void afterwards(CrashWorld world, String agent, int round) {
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
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "write_block('%s', 'system/note', '%s')".formatted(agent, token(agent, round)));
            return true;
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    },
    /** A block that is created by SQL. */
    SQL_CREATE {
        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(
                    agent, "create_block('%s', 'system/new%d', '%s')".formatted(agent, round, token(agent, round)));
            return true;
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.hasBlock(agent, "system/new" + round);
        }
    },
    /** A block of an agent without the tag, by SQL. */
    SQL_PLAIN {
        @Override
        public void create(CrashWorld world, String agent) {
            world.application().createAgent(agent);
        }

        @Override
        public List<String> owners(String agent) {
            return List.of();
        }

        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            // It needs nothing.
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "create_block('%s', 'new%d', 'plain')".formatted(agent, round));
            return true;
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.application()
                            .query(
                                    "SELECT FROM blocks_agents WHERE agent_id = ? AND block_label = ?",
                                    agent,
                                    "new" + round)
                            .size()
                    == 1;
        }

        @Override
        public void note(CrashWorld world, String agent, int round, boolean certain) {
            // It leaves nothing in the history.
        }
    },
    /** Rows that a superuser has changed, brought back to git's state by SQL. */
    SYNC {
        @Override
        public void prepare(CrashWorld world, String agent, int round) {
            world.write(agent, "system/note", token(agent, round));
            world.writeAroundTheGuard(agent, "strange");
        }

        @Override
        public boolean changesRowsAroundTheGuard() {
            return true;
        }

        @Override
        public boolean run(CrashWorld world, String agent, int round) {
            world.submit(agent, "sync_agent('%s')".formatted(agent));
            return true;
        }

        @Override
        public boolean isThere(CrashWorld world, String agent, int round) {
            return world.noteIs(agent, token(agent, round));
        }
    };

    /** Ends the id of the other owner of a shared block. */
    private static final String OTHER = ".other";

    private static final Map<String, String> ids = new ConcurrentHashMap<>();

    @Override
    public void create(CrashWorld world, String agent) {
        world.enabledAgent(agent);
    }

    @Override
    public void prepare(CrashWorld world, String agent, int round) {
        world.write(agent, "system/note", token(agent, round) + "-before");
    }

    @Override
    public boolean isRequest() {
        return name().startsWith("SQL_") || this == SYNC;
    }

    private static String token(String agent, int round) {
        return Operation.token(agent, round);
    }

    private static String value(String agent, int round) {
        return Operation.value(agent, round);
    }
}
