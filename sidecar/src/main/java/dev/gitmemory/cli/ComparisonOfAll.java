package dev.gitmemory.cli;

import dev.gitmemory.service.EnabledAgents;
import dev.gitmemory.service.EnabledAgents.Compared;
import dev.gitmemory.service.GitMemory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Goes through all enabled agents with a {@link ComparingCommand}. Used once. */
final class ComparisonOfAll {

    private static final int THREADS = 4;

    private final ComparingCommand command;
    private final GitMemory memory;
    private final Console console;
    private final BooleanSupplier stop;
    private final long begin = System.nanoTime();
    private final ProgressLines progress;
    private long compared;
    private long different;
    private long left;
    private long failed;

    /** @param stop whether the command was asked to end */
    ComparisonOfAll(ComparingCommand command, GitMemory memory, Console console, BooleanSupplier stop) {
        this.command = command;
        this.memory = memory;
        this.console = console;
        this.stop = stop;
        this.progress = new ProgressLines(console.err(), stop);
    }

    ExitCode run(String after) {
        EnabledAgents agents = memory.enabledAgents();
        String last = after;
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            while (!stop.getAsBoolean()) {
                List<Compared> batch = agents.next(last, agent -> command.compare(memory, agent), threads);
                if (batch.isEmpty()) {
                    console.out().println(summary());
                    return exitCode();
                }
                batch.forEach(this::count);
                last = batch.get(batch.size() - 1).agentId();
                progress.at(summary() + ", last " + last, compared, agents.count());
            }
            console.err().println("%s. Stopped; go on with --all --after %s".formatted(summary(), quoted(last)));
            return ExitCode.FAILED;
        } finally {
            threads.shutdownNow();
        }
    }

    private void count(Compared one) {
        compared++;
        if (!one.failure().isEmpty()) {
            failed++;
            console.out().println(one.agentId() + ": " + one.failure());
        } else if (!one.differences().isEmpty()) {
            different++;
            left += one.differences().stream().anyMatch(command::isLeft) ? 1 : 0;
            StatusText.printDifferences(console.out(), one.agentId() + ":", command.verb(), one.differences());
        }
    }

    private String summary() {
        double perSecond = compared * 1e9 / Math.max(1, System.nanoTime() - begin);
        return String.format(
                Locale.ROOT,
                "%d agents compared, %d differed, %d failed, %.0f/s",
                compared,
                different,
                failed,
                perSecond);
    }

    private ExitCode exitCode() {
        return failed > 0 ? ExitCode.FAILED : left > 0 ? ExitCode.DIFFERENT : ExitCode.OK;
    }

    /** For a shell. */
    private static String quoted(String agentId) {
        return "'" + agentId.replace("'", "'\\''") + "'";
    }
}
