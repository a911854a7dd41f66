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
        printLeftOut(out, status);
    }

    private static void printLeftOut(PrintStream out, Views.Status status) {
        if (!status.leftOut().isEmpty()) {
            out.println("  %d blocks were left out and are frozen, for git can't have them:"
                    .formatted(status.leftOut().size()));
            status.leftOut()
                    .forEach(b -> out.println("    '%s', block %s: %s".formatted(b.label(), b.blockId(), b.reason())));
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
