package dev.gitmemory.repo;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToLongFunction;

/** Shows the {@link RepositoryFigures} of a process as meters. */
public final class RepositoryMetrics {

    private final MemoryRepositories repositories;
    private final MeterRegistry metrics;

    private RepositoryMetrics(MemoryRepositories repositories, MeterRegistry metrics) {
        this.repositories = repositories;
        this.metrics = metrics;
    }

    /**
     * Registers the meters, which are read whenever somebody asks for them.
     *
     * @param repositories whose figures; somebody else must hold it
     */
    public static void bind(MemoryRepositories repositories, MeterRegistry metrics) {
        RepositoryMetrics meters = new RepositoryMetrics(repositories, metrics);
        Gauge.builder("git.memory.repositories.open", repositories, r -> r.figures()
                        .open())
                .description("Repositories that are kept in memory")
                .register(metrics);
        Gauge.builder("git.memory.repositories.heap", repositories, r -> r.figures()
                        .bytes())
                .baseUnit("bytes")
                .description("About how much heap the repositories in memory take")
                .register(metrics);
        meters.count("repositories.opened", RepositoryFigures::opened, "Repositories read from the storage");
        meters.count("repositories.failed", RepositoryFigures::failedOpenings, "Repositories that could not be read");
        meters.count(
                "repositories.evicted",
                RepositoryFigures::evicted,
                "Repositories dropped from memory to make room, or because nobody used them");
        meters.count("checkpoints.made", RepositoryFigures::checkpoints, "Checkpoints made in the background");
        meters.count(
                "checkpoints.failed",
                RepositoryFigures::failedCheckpoints,
                "Checkpoints in the background that failed; each is tried again");
    }

    private void count(String name, ToLongFunction<RepositoryFigures> figure, String description) {
        FunctionCounter.builder("git.memory." + name, repositories, r -> figure.applyAsLong(r.figures()))
                .description(description)
                .register(metrics);
    }
}
