package dev.gitmemory.cli;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.service.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code git-memory import}: brings the agents of an Agent File in. */
@Command(
        name = "import",
        description = {
            "Create the agents of an Agent File (.af), with their blocks, and enable them.",
            "",
            "Each agent gets a new id. What the file holds besides memory is ignored and counted. A file that can't be"
                    + " read whole, or breaks a rule, changes nothing.",
            "",
            "Example:",
            "  git-memory import --agent-file luna.af --db-url jdbc:postgresql://localhost:5432/letta",
            ""
        })
final class ImportCommand implements CliCommand {

    @Option(names = "--agent-file", paramLabel = "FILE", description = "The file, of either generation. No default.")
    @Nullable
    Path agentFile;

    @Option(
            names = "--organization-id",
            paramLabel = "ID",
            defaultValue = Caller.DEFAULT_ORGANIZATION,
            description =
                    "Organisation of the new agents, made when absent. Default: " + Caller.DEFAULT_ORGANIZATION + ".")
    String organizationId = Caller.DEFAULT_ORGANIZATION;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public void check(Problems problems) {
        if (agentFile == null) {
            problems.add("missing --agent-file, the Agent File to import");
        }
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        AgentFile file = read(agentFile);
        try (OpenMemory open = options.open()) {
            List<String> ids = open.memory().importAgents(file, organizationId, Caller.system());
            print(console.out(), file, ids);
        }
        return ExitCode.OK;
    }

    static AgentFile read(@Nullable Path path) throws IOException {
        if (path == null) {
            throw new IllegalStateException("--agent-file was not checked");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return AgentFile.parse(in);
        }
    }

    /** Tells what came of each agent and what was ignored. */
    static void print(PrintStream out, AgentFile file, List<String> ids) {
        for (int i = 0; i < ids.size(); i++) {
            AgentFile.Agent agent = file.agents().get(i);
            out.println("Agent '%s' is %s, with %d blocks"
                    .formatted(agent.name(), ids.get(i), agent.memory().size()));
        }
        int parts = file.ignored().values().stream().mapToInt(Integer::intValue).sum();
        if (parts > 0) {
            out.println("Ignored, not memory: %d parts (%s)"
                    .formatted(parts, String.join(", ", file.ignored().keySet())));
        }
    }
}
