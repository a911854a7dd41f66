package dev.gitmemory.agentfile;

import dev.gitmemory.agentfile.AgentFile.Agent;
import dev.gitmemory.agentfile.AgentFile.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the newer generation: lists of agents and of blocks, which agents name by id, in any order in the file. */
final class NewerFormat {

    static final String AGENTS = "agents";

    private final JsonCursor cursor;
    private final IgnoredParts ignored = new IgnoredParts();
    private final List<Pending> agents = new ArrayList<>();
    private final Map<String, Memory> blocks = new LinkedHashMap<>();

    NewerFormat(JsonCursor cursor) {
        this.cursor = cursor;
    }

    /** An agent whose blocks may stand further down in the file. */
    private record Pending(AgentReader agent, List<Reference> references, List<Memory> own) {}

    private record Reference(String pointer, String id) {}

    AgentFile read() throws IOException {
        cursor.object(key -> {
            switch (key) {
                case AGENTS -> cursor.array(this::readAgent);
                case "blocks" -> cursor.array(this::readBlock);
                default -> {
                    return ignored.skip("", key, cursor);
                }
            }
            return true;
        });
        if (agents.isEmpty()) {
            throw new AgentFileException("/agents", "there is no agent", null);
        }
        Set<String> used = new HashSet<>();
        List<Agent> resolved = new ArrayList<>();
        for (Pending pending : agents) {
            resolved.add(resolve(pending, used));
        }
        ignored.add("/blocks", blocks.size() - used.size());
        return new AgentFile(resolved, ignored.counts());
    }

    private void readAgent() throws IOException {
        Pending pending = new Pending(new AgentReader(cursor.pointer()), new ArrayList<>(), new ArrayList<>());
        cursor.object(key -> {
            switch (key) {
                case "id" -> {
                    cursor.skip(); // the agent gets another
                    return false;
                }
                case "block_ids" ->
                    cursor.array(() -> pending.references().add(new Reference(cursor.pointer(), cursor.text())));
                case "memory_blocks" ->
                    cursor.array(() -> pending.own()
                            .add(MemoryReader.read(cursor, "/agents/*/memory_blocks/*", ignored)
                                    .memory()));
                default -> {
                    return pending.agent().take(key, cursor) || ignored.skip("/agents/*", key, cursor);
                }
            }
            return true;
        });
        agents.add(pending);
    }

    private void readBlock() throws IOException {
        String pointer = cursor.pointer();
        MemoryReader.Named block = MemoryReader.read(cursor, "/blocks/*", ignored);
        if (block.id() == null) {
            throw new AgentFileException(pointer, "the block has no id", null);
        }
        if (blocks.putIfAbsent(block.id(), block.memory()) != null) {
            throw new AgentFileException(
                    pointer + "/id", "another block has the id '" + AgentFileException.shown(block.id()) + "'", null);
        }
    }

    private Agent resolve(Pending pending, Set<String> used) {
        Set<String> attached = new HashSet<>();
        for (Reference reference : pending.references()) {
            if (!attached.add(reference.id())) {
                ignored.add("/agents/*/block_ids", 1); // once is as good as twice
                continue;
            }
            Memory block = blocks.get(reference.id());
            if (block == null) {
                throw new AgentFileException(
                        reference.pointer(),
                        "the file has no block with the id '" + AgentFileException.shown(reference.id()) + "'",
                        null);
            }
            pending.agent().add(reference.pointer(), block);
            used.add(reference.id());
        }
        for (Memory own : pending.own()) {
            pending.agent().add(own.pointer(), own);
        }
        return pending.agent().agent();
    }
}
