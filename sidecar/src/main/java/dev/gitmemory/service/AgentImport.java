package dev.gitmemory.service;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.block.Label;
import dev.gitmemory.postgres.AgentTable;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.PathPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;

/** Brings the agents of an Agent File into PostgreSQL and hands their blocks to git. Thread-safe. */
final class AgentImport {

    private final Database database;
    private final Enablement enablement;
    private final PathPolicy newPaths;

    AgentImport(Database database, Enablement enablement, PathPolicy newPaths) {
        this.database = database;
        this.enablement = enablement;
        this.newPaths = newPaths;
    }

    /**
     * Creates the file's agents under new ids, with their blocks and links, in one transaction; then enables each.
     *
     * @param organizationId created if there is none
     * @return the agents' ids, in the order of the file
     * @throws MemoryException if two labels of an agent would become one, or labels may not come anew; nothing was created
     */
    List<String> run(AgentFile file, String organizationId, Caller caller) {
        file.agents().forEach(AgentImport::checkLabels);
        file.agents().forEach(this::checkPaths);
        List<String> ids = database.inTransaction(tx -> {
            tx.agents().ensureOrganization(organizationId, organizationId);
            Map<String, String> blockIds = new HashMap<>();
            List<String> created = new ArrayList<>();
            file.agents().forEach(agent -> created.add(create(tx, agent, organizationId, blockIds, caller)));
            return created;
        });
        ids.forEach(id -> enablement.enable(id, caller));
        return ids;
    }

    private static void checkLabels(AgentFile.Agent agent) {
        Set<Label> taken = new HashSet<>();
        for (AgentFile.Memory memory : agent.memory()) {
            Label label = memory.block().label().withSystemPrefix();
            if (!taken.add(label)) {
                throw MemoryException.rule(
                        "label",
                        "%s: two blocks of agent '%s' would become '%s'; nothing was imported"
                                .formatted(memory.pointer(), agent.name(), label.text()));
            }
        }
    }

    private void checkPaths(AgentFile.Agent agent) {
        Map<String, String> pointers = new HashMap<>();
        agent.memory()
                .forEach(memory ->
                        pointers.put(memory.block().label().withSystemPrefix().path(), memory.pointer()));
        SortedMap<String, String> problems = newPaths.problems(Set.of(), pointers.keySet());
        if (!problems.isEmpty()) {
            List<String> told = new ArrayList<>();
            problems.forEach((path, reason) -> told.add("%s: %s".formatted(pointers.get(path), reason)));
            throw MemoryException.rule(
                    "label",
                    "Labels of agent '%s' can't come anew: %s; nothing was imported; %s"
                            .formatted(agent.name(), String.join("; ", told), PathPolicy.WAY_OUT));
        }
    }

    private static String create(
            Tx tx, AgentFile.Agent agent, String organizationId, Map<String, String> blockIds, Caller caller) {
        String agentId = "agent-" + UUID.randomUUID();
        tx.agents()
                .insert(
                        new Agent(agentId, organizationId, agent.name()),
                        agent.agentType(),
                        agent.description(),
                        agent.system());
        agent.tags().stream().filter(tag -> !tag.equals(AgentTable.TAG)).forEach(tag -> tx.agents()
                .addTag(agentId, tag));
        for (AgentFile.Memory memory : agent.memory()) {
            String blockId = blockIds.computeIfAbsent(memory.pointer(), pointer -> {
                String id = "block-" + UUID.randomUUID();
                tx.blockWrites().insert(id, organizationId, memory.block(), null, caller.userId());
                return id;
            });
            tx.agents().link(agentId, memory.block().label().text(), blockId);
        }
        return agentId;
    }
}
