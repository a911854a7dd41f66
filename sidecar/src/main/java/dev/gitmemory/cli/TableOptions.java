package dev.gitmemory.cli;

import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.TableNames;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What the application calls its tables. What is not given is what the database was installed with; in one where git-memory
 * is not installed, {@link TableNames#DEFAULT}.
 */
final class TableOptions {

    @Option(
            names = "--app-schema",
            paramLabel = "NAME",
            description = "Schema of the application's tables. Default: as installed, public the first time.")
    @Nullable
    String schema;

    @Option(
            names = "--blocks-table",
            paramLabel = "NAME",
            description = "Memory blocks. Default: as installed, block the first time.")
    @Nullable
    String blocks;

    @Option(
            names = "--blocks-agents-table",
            paramLabel = "NAME",
            description = "Which agent has which block. Default: as installed, blocks_agents the first time.")
    @Nullable
    String blocksAgents;

    @Option(
            names = "--agents-tags-table",
            paramLabel = "NAME",
            description = "Tags of agents. Default: as installed, agents_tags the first time.")
    @Nullable
    String agentsTags;

    @Option(
            names = "--blocks-tags-table",
            paramLabel = "NAME",
            description = "Tags of blocks. Default: as installed, blocks_tags the first time.")
    @Nullable
    String blocksTags;

    @Option(
            names = "--agents-table",
            paramLabel = "NAME",
            description = "Agents. Default: as installed, agents the first time.")
    @Nullable
    String agents;

    @Option(
            names = "--organizations-table",
            paramLabel = "NAME",
            description = "Who owns agents and blocks. Default: as installed, organizations the first time.")
    @Nullable
    String organizations;

    void check(Problems problems) {
        given().forEach((placeholder, name) -> TableNames.problemWith(name)
                .ifPresent(problem -> problems.add("--" + placeholder.replace('_', '-') + " " + problem)));
    }

    /** Returns the settings; {@link #check} has found nothing wrong with them. */
    GivenTableNames settings() {
        return GivenTableNames.of(given());
    }

    private Map<String, String> given() {
        Map<String, String> names = new LinkedHashMap<>();
        put(names, "app_schema", schema);
        put(names, "blocks_table", blocks);
        put(names, "blocks_agents_table", blocksAgents);
        put(names, "agents_tags_table", agentsTags);
        put(names, "blocks_tags_table", blocksTags);
        put(names, "agents_table", agents);
        put(names, "organizations_table", organizations);
        return names;
    }

    private static void put(Map<String, String> names, String placeholder, @Nullable String name) {
        if (name != null) {
            names.put(placeholder, name);
        }
    }
}
