package dev.gitmemory.http;

import dev.gitmemory.testing.Application;
import java.util.List;
import java.util.Map;

/** Rows for the tests of lists: each filter has some that it lets through and some that it does not. */
final class ListedBlocks {

    private ListedBlocks() {}

    /** Six blocks, oldest first {@code b-1} to {@code b-6}, of which the last is hidden, and two agents without the tag. */
    static void create(Application application) {
        application.createAgent("one");
        application.createAgent("two");
        for (int i = 1; i <= 6; i++) {
            application.update(
                    "INSERT INTO block (id, label, value, description, \"limit\", organization_id, created_at)"
                            + " VALUES (?, ?, ?, ?, 5000, 'org-1', timestamptz '2026-01-01' + ? * interval '1 s')",
                    "b-" + i,
                    "label-" + i,
                    i % 2 == 0 ? "Even Value 100%" : "odd_value",
                    i == 3 ? null : "Described as " + i,
                    i / 2);
        }
        application.update("UPDATE block SET hidden = true WHERE id = 'b-6'");
        application.update("UPDATE block SET hidden = false, project_id = 'p', template_name = 't' WHERE id = 'b-2'");
        application.update("UPDATE block SET is_template = true WHERE id = 'b-4'");
        Map.of("b-1", List.of("x", "y"), "b-2", List.of("x"), "b-3", List.of("z"))
                .forEach((id, tags) -> tags.forEach(tag -> application.update(
                        "INSERT INTO blocks_tags (block_id, tag, organization_id) VALUES (?, ?, 'org-1')", id, tag)));
        Map.of("one", List.of(1, 5, 4, 6), "two", List.of(1))
                .forEach((agent, blocks) -> blocks.forEach(i -> application.link(agent, "b-" + i, "label-" + i)));
    }
}
