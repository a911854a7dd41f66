package dev.gitmemory.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.Block;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.service.Views.BlockAt;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes blocks as Letta's clients expect them, and {@code git_sha} besides. */
final class BlockJson {

    private BlockJson() {}

    static ArrayNode rows(List<BlockRow> rows) {
        ArrayNode array = Json.array();
        rows.forEach(row -> array.add(row(row)));
        return array;
    }

    static ObjectNode row(BlockRow row) {
        ObjectNode json = Json.object();
        json.put("id", row.id());
        json.put("label", row.label());
        json.put("value", row.value());
        json.put("description", row.description());
        json.put("limit", row.limit());
        json.put("read_only", row.readOnly());
        json.set("metadata", metadata(row.metadata()));
        ArrayNode tags = json.putArray("tags");
        row.tags().forEach(tags::add);
        for (Map.Entry<String, @Nullable Object> other : row.others().entrySet()) {
            if (other.getValue() instanceof Boolean bool) {
                json.put(other.getKey(), bool);
            } else {
                json.put(other.getKey(), (String) other.getValue());
            }
        }
        json.put("git_sha", row.gitSha());
        return json;
    }

    /** A block as git had it: the fields that PostgreSQL alone keeps have no history. */
    static ObjectNode at(BlockAt at) {
        Block block = at.block();
        ObjectNode json = Json.object();
        json.put("label", block.label().text());
        json.put("value", block.value());
        json.put("description", block.description());
        json.put("limit", block.limit());
        json.put("read_only", block.readOnly());
        json.set("metadata", metadata(block.metadata().json()));
        json.put("git_sha", at.gitSha());
        return json;
    }

    private static @Nullable JsonNode metadata(@Nullable String json) {
        return json == null ? null : Json.stored(json);
    }
}
