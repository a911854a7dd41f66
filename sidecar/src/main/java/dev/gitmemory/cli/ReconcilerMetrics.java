package dev.gitmemory.cli;

import dev.gitmemory.service.Reconciler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** The meters of the reconciler. */
final class ReconcilerMetrics {

    private ReconcilerMetrics() {}

    static void bind(Reconciler reconciler, MeterRegistry metrics) {
        Gauge.builder("git_memory_reconciler_in_flight", reconciler, r -> r.figures()
                        .inFlight())
                .description("Agents whose log may be ahead of PostgreSQL, as of the last pass")
                .register(metrics);
        Gauge.builder("git_memory_reconciler_failing", reconciler, r -> r.figures()
                        .failing())
                .description("Agents that can't follow git or can't be taken over")
                .register(metrics);
        Gauge.builder("git_memory_reconciler_waiting", reconciler, r -> r.figures()
                        .waiting())
                .description("Agents whose rows another transaction holds")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_passes", reconciler, r -> r.figures()
                        .passes())
                .description("Passes that came to their end")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_done", reconciler, r -> r.figures()
                        .takenOver())
                .tag("kind", "taken_over")
                .description("Agents that the reconciler has brought up to date")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_done", reconciler, r -> r.figures()
                        .letGo())
                .tag("kind", "let_go")
                .description("Agents that the reconciler has brought up to date")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_done", reconciler, r -> r.figures()
                        .behind())
                .tag("kind", "behind")
                .description("Agents that the reconciler has brought up to date")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_done", reconciler, r -> r.figures()
                        .mended())
                .tag("kind", "mended")
                .description("Agents that the reconciler has brought up to date")
                .register(metrics);
        FunctionCounter.builder("git_memory_reconciler_done", reconciler, r -> r.figures()
                        .purged())
                .tag("kind", "purged")
                .description("Agents that the reconciler has brought up to date")
                .register(metrics);
    }
}
