package dev.gitmemory.agentfile;

import dev.gitmemory.agentfile.AgentFile.Agent;
import dev.gitmemory.agentfile.AgentFile.Memory;
import dev.gitmemory.block.Tags;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers an agent from the keys that both generations have. */
final class AgentReader {

    private final String pointer;
    private @Nullable String name;
    private @Nullable String agentType;
    private @Nullable String description;
    private @Nullable String system;
    private final Set<String> tags = new LinkedHashSet<>();
    private final List<Memory> memory = new ArrayList<>();
    private final Set<String> labels = new HashSet<>();

    AgentReader(String pointer) {
        this.pointer = pointer;
    }

    /** Takes the value that the cursor stands on; false when the key is none of an agent's. */
    boolean take(String key, JsonCursor cursor) throws IOException {
        switch (key) {
            case "name" -> name = cursor.text();
            case "agent_type" -> agentType = cursor.textOrNull();
            case "description" -> description = cursor.textOrNull();
            case "system" -> system = cursor.textOrNull();
            case "tags" ->
                cursor.array(() -> {
                    takeTag(cursor);
                    cursor.checked(() -> {
                        Tags.requireCount(tags.size());
                        return tags;
                    });
                });
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A text in the newer generation, an object around it in the older. */
    private void takeTag(JsonCursor cursor) throws IOException {
        if (!cursor.isObject()) {
            tags.add(tag(cursor));
            return;
        }
        cursor.object(key -> {
            if (key.equals("tag")) {
                tags.add(tag(cursor));
                return true;
            }
            cursor.skip();
            return false;
        });
    }

    private static String tag(JsonCursor cursor) throws IOException {
        String tag = cursor.text();
        return cursor.checked(() -> {
            Tags.require(List.of(tag));
            return tag;
        });
    }

    /**
     * Gives the agent a block.
     *
     * @param reference where in the file it is given it
     */
    void add(String reference, Memory block) {
        if (!labels.add(block.label())) {
            throw new AgentFileException(
                    reference,
                    "the agent has another block with the label '%s'; give one of them another label"
                            .formatted(AgentFileException.shown(block.label())),
                    null);
        }
        memory.add(block);
    }

    Agent agent() {
        if (name == null) {
            throw new AgentFileException(pointer, "the agent has no name", null);
        }
        return new Agent(name, agentType, description, system, List.copyOf(tags), memory);
    }
}
