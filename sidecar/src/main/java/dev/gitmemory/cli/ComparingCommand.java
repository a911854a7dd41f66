package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.StoreUse;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that compares agents with git: those that are named, or all that are enabled. */
abstract class ComparingCommand implements CliCommand {

    @Parameters(arity = "0..*", paramLabel = "AGENT", description = "Ids of agents; or give --all.")
    List<String> agents = List.of();

    @Option(
            names = "--all",
            description = "Every enabled agent, in the order of their ids. Prints those that differ or can't be"
                    + " compared (exit code 1), every two seconds how far it is, and at the end a summary.")
    boolean all;

    @Option(
            names = "--after",
            paramLabel = "AGENT",
            description = "With --all: go on after this agent, which the last line of a run that was interrupted names."
                    + " Default: begin with the first.")
    @Nullable
    String after;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public final void check(Problems problems) {
        if (all != agents.isEmpty()) {
            problems.add(all ? "--all and ids of agents exclude each other" : "missing the ids of agents, or --all");
        }
        if (after != null && !all) {
            problems.add("--after is for --all");
        }
        options.check(problems);
    }

    @Override
    public final ExitCode run(Console console) throws Exception {
        try (StopSignal stop = StopSignal.install(
                        () -> console.err().println("Asked to stop: waits for the agents that are under way."));
                OpenMemory open = options.open(use(), console)) {
            if (all) {
                return new ComparisonOfAll(this, open.memory(), console, stop::isAsked).run(after == null ? "" : after);
            }
            Set<ExitCode> ended = EnumSet.noneOf(ExitCode.class);
            for (String agent : agents) {
                ended.add(agents.size() == 1 ? compare(open.memory(), agent, console) : tryOne(open, agent, console));
            }
            return ended.contains(ExitCode.FAILED)
                    ? ExitCode.FAILED
                    : ended.contains(ExitCode.DIFFERENT) ? ExitCode.DIFFERENT : ExitCode.OK;
        }
    }

    /** One of several: where it fails, the others are compared all the same. */
    private ExitCode tryOne(OpenMemory open, String agent, Console console) {
        try {
            return compare(open.memory(), agent, console);
        } catch (DatabaseUnavailableException e) {
            throw e; // not this agent's
        } catch (RuntimeException e) {
            console.err().println(agent + ": " + Failure.explain(e));
            return ExitCode.FAILED;
        }
    }

    private ExitCode compare(GitMemory memory, String agent, Console console) {
        long before = memory.enabledAgents().appliedCommits(agent);
        List<Difference> differences = compare(memory, agent);
        long applied = memory.enabledAgents().appliedCommits(agent) - before;
        String name = applied > 0 ? agent + ": applied " + Count.of(applied, "commit") + ";" : agent + ":";
        StatusText.printDifferences(console.out(), name, verb(), differences);
        return differences.stream().anyMatch(this::isLeft) ? ExitCode.DIFFERENT : ExitCode.OK;
    }

    /** What the store is opened for. */
    abstract StoreUse use();

    /** Compares one agent, and answers what differed. */
    abstract List<Difference> compare(GitMemory memory, String agentId);

    /** What was done about differences, before their number. */
    abstract String verb();

    /** Whether there is something left of a difference. */
    abstract boolean isLeft(Difference difference);
}
