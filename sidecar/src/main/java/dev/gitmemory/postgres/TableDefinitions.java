package dev.gitmemory.postgres;

import java.util.Map;

/** The application's tables as SQL, under the keys that the statements of this package use. */
final class TableDefinitions {

    private TableDefinitions() {}

    static Map<String, String> of(TableNames names) {
        return Map.of(
                "block", names.sql(names.blocks()),
                "blocks_agents", names.sql(names.blocksAgents()),
                "agents_tags", names.sql(names.agentsTags()),
                "blocks_tags", names.sql(names.blocksTags()),
                "agents", names.sql(names.agents()),
                "organizations", names.sql(names.organizations()));
    }
}
