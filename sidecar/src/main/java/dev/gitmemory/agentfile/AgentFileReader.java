package dev.gitmemory.agentfile;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.gitmemory.agentfile.AgentFile.Agent;
import dev.gitmemory.agentfile.AgentFile.Memory;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads an Agent File in two passes: the first tells the generation, the second gathers the memory. */
final class AgentFileReader {

    private static final String CORE_MEMORY = "core_memory";

    private AgentFileReader() {}

    static AgentFile read(byte[] file) {
        try {
            Set<String> keys = keys(file);
            try (JsonCursor cursor = new JsonCursor(file)) {
                if (keys.contains(NewerFormat.AGENTS)) {
                    return new NewerFormat(cursor).read();
                }
                if (keys.contains(CORE_MEMORY)) {
                    return older(cursor);
                }
            }
        } catch (JsonProcessingException e) {
            throw new AgentFileException("", "it can't be read as JSON: " + place(e) + e.getOriginalMessage(), e);
        } catch (IOException e) {
            // The bytes are all here: it is their encoding that can't be read.
            throw new AgentFileException("", "it can't be read as JSON: " + e.getMessage(), e);
        }
        throw new AgentFileException(
                "", "it has neither a list 'agents' nor a list 'core_memory', so it is of no known generation", null);
    }

    private static String place(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        // Jackson knows none when one of its limits was hit.
        return location == null ? "" : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
    }

    private static Set<String> keys(byte[] file) throws IOException {
        Set<String> keys = new HashSet<>();
        try (JsonCursor cursor = new JsonCursor(file)) {
            cursor.object(key -> {
                keys.add(key);
                cursor.skip();
            });
            cursor.requireEnd();
        }
        return keys;
    }

    /** One agent, which is the file itself. */
    private static AgentFile older(JsonCursor cursor) throws IOException {
        IgnoredParts ignored = new IgnoredParts();
        AgentReader agent = new AgentReader("");
        cursor.object(key -> {
            if (key.equals(CORE_MEMORY)) {
                cursor.array(i -> {
                    Memory memory =
                            MemoryReader.read(cursor, "/core_memory/*", ignored).memory();
                    agent.add(memory.pointer(), memory);
                });
            } else if (!agent.take(key, cursor)) {
                ignored.skip("", key, cursor);
            }
        });
        Agent only = agent.agent();
        return new AgentFile(List.of(only), ignored.counts());
    }
}
