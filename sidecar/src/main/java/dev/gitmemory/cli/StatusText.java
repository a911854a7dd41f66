package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import dev.gitmemory.service.Views;
import java.io.PrintStream;
import java.util.List;

/** An agent's status and differences as lines for people. */
final class StatusText {

    private StatusText() {}

    static void print(PrintStream out, Views.Status status) {
        out.println("%s: %s, %d commits, head %s"
                .formatted(status.agentId(), status.state(), status.commits(), status.headSha()));
        if (status.lastError() != null) {
            out.println("  last error: " + status.lastError());
        }
    }

    static void printDifferences(PrintStream out, String agentId, String verb, List<Difference> differences) {
        if (differences.isEmpty()) {
            out.println(agentId + ": PostgreSQL equals git");
            return;
        }
        out.println("%s: %s %d differences".formatted(agentId, verb, differences.size()));
        differences.forEach(d -> out.println("  " + d));
    }
}
