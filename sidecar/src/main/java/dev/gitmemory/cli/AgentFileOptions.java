package dev.gitmemory.cli;

import dev.gitmemory.service.Caller;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The Agent File whose agents to create. */
final class AgentFileOptions {

    @Option(names = "--agent-file", paramLabel = "FILE", description = "The file, of either generation. No default.")
    @Nullable
    Path file;

    @Option(
            names = "--organization-id",
            paramLabel = "ID",
            defaultValue = Caller.DEFAULT_ORGANIZATION,
            description =
                    "Organisation of the new agents, made when absent. Default: " + Caller.DEFAULT_ORGANIZATION + ".")
    String organizationId = Caller.DEFAULT_ORGANIZATION;
}
