package dev.gitmemory.postgres;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of the application's blocks table with its tags, as it is: nothing in it was checked, an application may have
 * stored any label and any limit.
 *
 * @param limit may be longer than git can have
 * @param metadata the JSON text of {@code metadata_}, or null when the column is NULL
 * @param gitSha the commit that the row equals, or null for a block of agents without the tag
 * @param others the columns that PostgreSQL alone keeps, by {@link ExtraColumn#field() field name}
 */
public record BlockRow(
        String id,
        String organizationId,
        String label,
        String value,
        @Nullable String description,
        long limit,
        boolean readOnly,
        @Nullable String metadata,
        @Nullable String gitSha,
        List<String> tags,
        Map<String, @Nullable Object> others) {

    public BlockRow {
        tags = List.copyOf(tags);
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others)); // Map.copyOf refuses null values
    }
}
