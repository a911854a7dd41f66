package dev.gitmemory.agentfile;

import dev.gitmemory.agentfile.AgentFile.Memory;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one block; the generations differ in the name of its metadata only. */
final class MemoryReader {

    private final JsonCursor cursor;
    private @Nullable String id;
    private @Nullable String label;
    private @Nullable String value;
    private @Nullable String description;
    private int limit = Block.DEFAULT_LIMIT;
    private boolean readOnly;
    private Metadata metadata = Metadata.EMPTY;

    private MemoryReader(JsonCursor cursor) {
        this.cursor = cursor;
    }

    /** A block and the name by which agents in the file refer to it; null when it has none. */
    record Named(@Nullable String id, Memory memory) {}

    /**
     * Reads the block that the cursor stands on.
     *
     * @param place of all such blocks, for what is passed over in them
     */
    static Named read(JsonCursor cursor, String place, IgnoredParts ignored) throws IOException {
        String pointer = cursor.pointer();
        MemoryReader reader = new MemoryReader(cursor);
        cursor.object(key -> reader.take(key) || ignored.skip(place, key, cursor));
        return new Named(reader.id, reader.memory(pointer));
    }

    private boolean take(String key) throws IOException {
        switch (key) {
            case "id" -> id = cursor.textOrNull();
            case "label" -> label = cursor.text();
            case "value" -> value = cursor.text();
            case "description" -> description = cursor.textOrNull();
            case "limit" -> limit = cursor.isNull() ? Block.DEFAULT_LIMIT : cursor.integer();
            case "read_only" -> readOnly = !cursor.isNull() && cursor.bool();
            case "metadata", "metadata_" -> takeMetadata(cursor.checked(() -> Metadata.ofNew(cursor.json())));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A file may have both names, one of them for nothing. */
    private void takeMetadata(Metadata other) {
        if (!metadata.isEmpty() && !other.isEmpty() && !metadata.equals(other)) {
            throw cursor.broken("metadata and metadata_ say different things; keep one of them");
        }
        metadata = metadata.isEmpty() ? other : metadata;
    }

    private Memory memory(String pointer) {
        if (label == null) {
            throw new AgentFileException(pointer, "the block has no label", null);
        }
        if (value == null) {
            throw new AgentFileException(pointer, "the block has no value", null);
        }
        try {
            return new Memory(
                    pointer, label, new Block(labelInGit(label), value, description, limit, readOnly, metadata));
        } catch (RuleViolation violation) {
            throw new AgentFileException(pointer + "/" + violation.field(), violation.getMessage(), violation);
        }
    }

    private static Label labelInGit(String label) {
        try {
            return Label.of(label);
        } catch (RuleViolation e) {
            return AgentFile.NO_LABEL; // taking the block over says why git can't have it
        }
    }
}
