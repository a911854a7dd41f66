package dev.gitmemory.race;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.postgres.ExtraColumn;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.service.BlockPatch;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.Change;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.NewBlock;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a sidecar does while an application does something else; see {@link Cast} for the letters. */
enum Operation {
    WRITE("a", "n") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            return !memory.blocks()
                    .update(cast.id("a"), "system/note", patch(Change.keep(), Change.to(VALUE)), null, Caller.system())
                    .pending();
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return has(files, "system/note", VALUE);
        }
    },
    CREATE("a") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            Block block = new Block(Label.of("system/new"), VALUE, null, 5000, false, Metadata.EMPTY);
            return !memory.blocks()
                    .create(cast.id("a"), new NewBlock(block, List.of(), Map.of()), Caller.system())
                    .pending();
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return has(files, "system/new", VALUE);
        }
    },
    DELETE("a", "n") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            return !memory.blocks().delete(cast.id("n"), null, Caller.system());
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return !files.containsKey("system/note.md");
        }
    },
    RENAME("a", "n") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            return !memory.blocks()
                    .update(
                            cast.id("a"),
                            "system/note",
                            patch(Change.to(Label.of("system/renamed")), Change.keep()),
                            null,
                            Caller.system())
                    .pending();
        }

        @Override
        boolean isIn(Map<String, String> files) {
            // Whoever disables the agent may write what he likes before it has the tag again. That rows are git's is
            // checked
            // for all operations.
            return files.containsKey("system/renamed.md") && !files.containsKey("system/note.md");
        }
    },
    ATTACH("a", "f") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            return !memory.blocks()
                    .attach(cast.id("a"), cast.id("f"), Caller.system())
                    .pending();
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return has(files, "system/free", "");
        }
    },
    DETACH("a", "n") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            return !memory.blocks()
                    .detach(cast.id("a"), cast.id("n"), Caller.system())
                    .pending();
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return !files.containsKey("system/note.md");
        }
    },
    ENABLE("p", "q") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            memory.enable(cast.id("p"), Caller.system());
            return true;
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return true; // a block may have gone before
        }
    },
    TAKE_OVER("z") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            memory.enable(cast.id("z"), Caller.system());
            return true;
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return true;
        }
    },
    DISABLE("a", "n") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            memory.disable(cast.id("a"));
            return true;
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return true; // who puts the tag back has enabled the agent again
        }
    },
    /** A commit that came by a push gets into the rows. */
    SYNC("a", "n") {
        @Override
        void prepare(Lane lane, Cast cast) throws IOException {
            lane.repositories()
                    .open(cast.repository("a"))
                    .commit(List.of(Draft.of(Caller.system().author(), "Push", files -> {
                        String path = "system/note.md";
                        files.write(path, String.valueOf(files.read(path)).replace("first", VALUE));
                    })));
        }

        @Override
        boolean run(GitMemory memory, Cast cast) {
            memory.sync(cast.id("a"));
            return true;
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return has(files, "system/note", VALUE);
        }
    },
    PURGE("u", "v") {
        @Override
        boolean run(GitMemory memory, Cast cast) {
            memory.purge(cast.id("u"), null, "race");
            return true;
        }

        @Override
        boolean isIn(Map<String, String> files) {
            return false; // such an agent has none, and is not enabled
        }
    };

    private static final String VALUE = "by the sidecar";

    private final String agent;

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it after the constructor
    private final Set<String> names;

    Operation(String agent, String... blocks) {
        this.agent = agent;
        this.names = new TreeSet<>(List.of(blocks));
        names.add(agent);
    }

    /** The agent that it is about. */
    String agent() {
        return agent;
    }

    Set<String> names() {
        return Set.copyOf(names);
    }

    /** What has to be there before. */
    void prepare(Lane lane, Cast cast) throws IOException {}

    /** Does it, and returns whether it is said to be done, in git and in PostgreSQL. */
    abstract boolean run(GitMemory memory, Cast cast) throws Exception;

    /** Whether it takes a block away, by its id. */
    boolean removes() {
        return this == DELETE || this == DETACH;
    }

    /** Whether git has what was done, for an agent that is enabled still. */
    abstract boolean isIn(Map<String, String> files);

    private static BlockPatch patch(Change<Label> label, Change<String> value) {
        return new BlockPatch(
                label,
                value,
                Change.keep(),
                Change.keep(),
                Change.keep(),
                Change.keep(),
                Change.keep(),
                new EnumMap<>(ExtraColumn.class),
                Map.of());
    }

    private static boolean has(Map<String, String> files, String label, String text) {
        return files.getOrDefault(label + ".md", "\0").contains(text) && files.containsKey(label + ".md");
    }
}
