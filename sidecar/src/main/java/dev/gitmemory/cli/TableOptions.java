package dev.gitmemory.cli;

import dev.gitmemory.postgres.TableNames;
import picocli.CommandLine.Option;

/** What the application calls its tables. The defaults are {@link TableNames#DEFAULT}. */
final class TableOptions {

    @Option(
            names = "--app-schema",
            paramLabel = "NAME",
            defaultValue = "public",
            description = "Schema of the application's tables. Default: public.")
    String schema = "public";

    @Option(
            names = "--blocks-table",
            paramLabel = "NAME",
            defaultValue = "block",
            description = "Memory blocks. Default: block.")
    String blocks = "block";

    @Option(
            names = "--blocks-agents-table",
            paramLabel = "NAME",
            defaultValue = "blocks_agents",
            description = "Which agent has which block. Default: blocks_agents.")
    String blocksAgents = "blocks_agents";

    @Option(
            names = "--agents-tags-table",
            paramLabel = "NAME",
            defaultValue = "agents_tags",
            description = "Tags of agents. Default: agents_tags.")
    String agentsTags = "agents_tags";

    @Option(
            names = "--blocks-tags-table",
            paramLabel = "NAME",
            defaultValue = "blocks_tags",
            description = "Tags of blocks. Default: blocks_tags.")
    String blocksTags = "blocks_tags";

    @Option(
            names = "--agents-table",
            paramLabel = "NAME",
            defaultValue = "agents",
            description = "Agents. Default: agents.")
    String agents = "agents";

    @Option(
            names = "--organizations-table",
            paramLabel = "NAME",
            defaultValue = "organizations",
            description = "Who owns agents and blocks. Default: organizations.")
    String organizations = "organizations";

    void check(Problems problems) {
        check("--app-schema", schema, problems);
        check("--blocks-table", blocks, problems);
        check("--blocks-agents-table", blocksAgents, problems);
        check("--agents-tags-table", agentsTags, problems);
        check("--blocks-tags-table", blocksTags, problems);
        check("--agents-table", agents, problems);
        check("--organizations-table", organizations, problems);
    }

    /** Returns the settings; {@link #check} has found nothing wrong with them. */
    TableNames settings() {
        return new TableNames(schema, blocks, blocksAgents, agentsTags, blocksTags, agents, organizations);
    }

    private static void check(String option, String name, Problems problems) {
        TableNames.problemWith(name).ifPresent(problem -> problems.add(option + " " + problem));
    }
}
