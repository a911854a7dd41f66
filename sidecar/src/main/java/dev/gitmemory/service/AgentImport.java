package dev.gitmemory.service;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.postgres.AgentTable;
import dev.gitmemory.postgres.AgentTable.Agent;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Tx;
import dev.gitmemory.repo.PathPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
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
     * Creates the file's agents under new ids, with their blocks and links, in one transaction; then enables each. Blocks
     * that git can't have are left out of it, as {@link Enablement#enable(String, Caller)} does.
     *
     * @param organizationId created if there is none
     * @return the labels that were renamed, by agent, in the order of the file
     * @throws MemoryException if PostgreSQL can't have a label, or labels may not come anew; nothing was created
     */
    Map<String, List<Renamed>> run(AgentFile file, String organizationId, Caller caller) {
        requireLabelsFit(file);
        file.agents().forEach(this::checkPaths);
        List<String> ids = database.inTransaction(tx -> {
            tx.agents().ensureOrganization(organizationId, organizationId);
            Map<String, String> blockIds = new HashMap<>();
            List<String> created = new ArrayList<>();
            file.agents().forEach(agent -> created.add(create(tx, agent, organizationId, blockIds, caller)));
            return created;
        });
        Map<String, List<Renamed>> renamed = new LinkedHashMap<>();
        ids.forEach(id -> renamed.put(id, enablement.enable(id, caller)));
        return renamed;
    }

    private static void requireLabelsFit(AgentFile file) {
        SortedSet<String> tooLong = new TreeSet<>();
        file.agents().forEach(agent -> agent.memory().stream()
                .filter(memory -> !IndexEntries.fitNew(memory.label()))
                .forEach(memory -> tooLong.add(memory.pointer() + "/label")));
        if (!tooLong.isEmpty()) {
            throw MemoryException.rule(
                    "label",
                    "Agent File: a label is too long for PostgreSQL's indexes, at %s; make it shorter. Nothing was imported"
                            .formatted(String.join(", ", tooLong)));
        }
    }

    private void checkPaths(AgentFile.Agent agent) {
        Map<String, String> pointers = new HashMap<>();
        agent.memory().stream()
                .filter(memory -> !isLeftOut(memory))
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

    /** Whether git can't have the label: the block is left out then, whatever its path would be. */
    private static boolean isLeftOut(AgentFile.Memory memory) {
        return !memory.label().equals(memory.block().label().text());
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
                tx.blockWrites().insert(id, organizationId, memory.label(), memory.block(), null, caller.userId());
                return id;
            });
            tx.agents().link(agentId, memory.label(), blockId);
        }
        return agentId;
    }
}
