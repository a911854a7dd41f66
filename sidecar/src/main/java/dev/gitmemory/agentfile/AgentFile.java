package dev.gitmemory.agentfile;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What concerns memory in an Agent File ({@code .af}), Letta's format for whole agents.
 *
 * <p>Both generations of the format are read, told apart by their keys:
 *
 * <ul>
 *   <li>the older has one agent per file, whose blocks are its {@code core_memory};
 *   <li>the newer has lists {@code agents} and {@code blocks}; an agent names its blocks by {@code block_ids} and may
 *       hold more in its {@code memory_blocks}. Two agents may name one block.
 * </ul>
 *
 * <p>All else in the file (messages, tools, model settings) is passed over and counted.
 *
 * @param agents one or more, in the order of the file
 * @param ignored what was passed over: the place of each part, as a JSON pointer with {@code *} for every index
 *     ({@code /agents/*}{@code /messages}), to the number of its elements, or 1 when it is no list; parts that say
 *     nothing (null, false, empty) are not counted
 */
public record AgentFile(List<Agent> agents, SortedMap<String, Integer> ignored) {

    /** The largest file that is read, in bytes. Memory takes a small part of it; the rest is an agent's messages. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    /** Stands in a block for a label that is none; it says nothing. */
    public static final Label NO_LABEL = Label.of("none");

    /** Copies its arguments. */
    public AgentFile {
        agents = List.copyOf(agents);
        ignored = Collections.unmodifiableSortedMap(new TreeMap<>(ignored));
    }

    /**
     * An agent.
     *
     * @param name as people know it; not unique
     * @param agentType kind of agent, in words of the exporting server; null when the file has none
     * @param description what it is for; null when the file has none
     * @param system the system prompt; null when the file has none
     * @param tags each once, in the order of the file
     * @param memory its blocks in the order of the file; no two have the same label
     */
    public record Agent(
            String name,
            @Nullable String agentType,
            @Nullable String description,
            @Nullable String system,
            List<String> tags,
            List<Memory> memory) {

        /** Copies its arguments. */
        public Agent {
            tags = List.copyOf(tags);
            memory = List.copyOf(memory);
        }
    }

    /**
     * A block in the file.
     *
     * @param pointer where it stands, as a JSON pointer; two agents with the same pointer share this one block
     * @param label as the file has it, which may be one that git can't have
     * @param block its content; the value may be over the limit, as it may be where the file comes from. Its label is this
     *     one where git can have that, else {@link #NO_LABEL}.
     */
    public record Memory(String pointer, String label, Block block) {

        /** A block with a label that git can have. */
        public Memory(String pointer, Block block) {
            this(pointer, block.label().text(), block);
        }
    }

    /**
     * Reads a whole file; the stream is read to its end and left open.
     *
     * @throws AgentFileException if it is over {@link #MAX_BYTES}, no JSON, of neither generation, or its memory breaks
     *     a rule
     * @throws IOException if the stream can't be read
     */
    public static AgentFile parse(InputStream file) throws IOException {
        return parse(file.readNBytes(MAX_BYTES + 1));
    }

    /**
     * Reads a whole file.
     *
     * @param file JSON text in UTF-8; its own UTF-16 and UTF-32 are understood too
     * @throws AgentFileException if it is over {@link #MAX_BYTES}, no JSON, of neither generation, or its memory breaks
     *     a rule
     */
    public static AgentFile parse(byte[] file) {
        if (file.length > MAX_BYTES) {
            throw new AgentFileException("", "it is larger than " + MAX_BYTES + " bytes", null);
        }
        return AgentFileReader.read(file);
    }
}
