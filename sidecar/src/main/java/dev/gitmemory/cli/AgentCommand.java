package dev.gitmemory.cli;

import dev.gitmemory.repo.PathPolicy;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.StoreUse;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that does one thing with each of the agents that are named. */
abstract class AgentCommand implements CliCommand {

    @Parameters(arity = "1..*", paramLabel = "AGENT", description = "Ids of agents.")
    List<String> agents = List.of();

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public final void check(Problems problems) {
        options.check(problems);
        checkMore(problems);
    }

    /** Adds what is wrong with the command's own options. */
    void checkMore(Problems problems) {
        // Most have none.
    }

    @Override
    public final ExitCode run(Console console) throws Exception {
        ExitCode worst = ExitCode.OK;
        try (OpenMemory open = options.open(use(), newPaths(), console)) {
            for (String agent : agents) {
                ExitCode exitCode = run(open.memory(), agent, console.out());
                worst = exitCode == ExitCode.OK ? worst : exitCode;
            }
        }
        return worst;
    }

    /** What the store is opened for: most change what it has, and none of them should begin a new one. */
    StoreUse use() {
        return StoreUse.WRITE;
    }

    /** Which paths may come anew into repositories. */
    PathPolicy newPaths() {
        return PathPolicy.PORTABLE;
    }

    /** Does it with one agent, and writes what came of it to {@code out}. */
    abstract ExitCode run(GitMemory memory, String agentId, PrintStream out);
}
