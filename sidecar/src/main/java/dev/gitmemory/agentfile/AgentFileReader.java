package dev.gitmemory.agentfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.gitmemory.agentfile.AgentFile.Agent;
import dev.gitmemory.agentfile.AgentFile.Memory;
import dev.gitmemory.block.JsonProblem;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an Agent File in two passes: the first tells the generation, the second gathers the memory. */
final class AgentFileReader {

    private static final String CORE_MEMORY = "core_memory";

    private AgentFileReader() {}

    static AgentFile read(byte[] file) {
        String called = "it";
        try {
            Document document = Document.of(file);
            Document within = unwrapped(document);
            while (within != null) {
                document = within;
                called = document.called();
                within = unwrapped(document);
            }
            Set<String> keys = keys(document);
            try (JsonCursor cursor = new JsonCursor(document)) {
                if (keys.contains(NewerFormat.AGENTS)) {
                    return new NewerFormat(cursor).read();
                }
                if (keys.contains(CORE_MEMORY)) {
                    return older(cursor);
                }
            }
        } catch (JsonProcessingException e) {
            throw new AgentFileException("", called + " can't be read as JSON: " + JsonProblem.of(e), e);
        } catch (IOException e) {
            // The bytes are all here: it is their encoding that can't be read.
            throw new AgentFileException("", "it is no text in UTF-8, UTF-16 or UTF-32, which JSON has to be", e);
        }
        throw new AgentFileException(
                "", "it has neither a list 'agents' nor a list 'core_memory', so it is of no known generation", null);
    }

    /** The document that is written as a string; null if this one is none. */
    private static @Nullable Document unwrapped(Document document) throws IOException {
        try (JsonCursor cursor = new JsonCursor(document)) {
            if (!cursor.isText()) {
                return null;
            }
            Document wrapped = document.wrapped(cursor.anyText());
            cursor.requireEnd();
            return wrapped;
        }
    }

    private static Set<String> keys(Document document) throws IOException {
        Set<String> keys = new HashSet<>();
        try (JsonCursor cursor = new JsonCursor(document)) {
            cursor.object(key -> {
                keys.add(key);
                cursor.skip();
                return false; // the second pass reads it
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
                cursor.array(() -> {
                    Memory memory =
                            MemoryReader.read(cursor, "/core_memory/*", ignored).memory();
                    agent.add(memory.pointer(), memory);
                });
                return true;
            }
            return agent.take(key, cursor) || ignored.skip("", key, cursor);
        });
        Agent only = agent.agent();
        return new AgentFile(List.of(only), ignored.counts());
    }
}
