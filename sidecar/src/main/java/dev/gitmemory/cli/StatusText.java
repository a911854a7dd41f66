package dev.gitmemory.cli;

import dev.gitmemory.service.Difference;
import dev.gitmemory.service.Views;
import java.io.PrintStream;
import java.util.List;

/** An agent's status and differences as lines for people. */
final class StatusText {

    private StatusText() {}

    static void print(PrintStream out, Views.Status status) {
        out.println("%s: %s, %s"
                .formatted(
                        status.agentId(),
                        status.state(),
                        status.headSha() == null
                                ? "no commits"
                                : Count.of(status.commits(), "commit") + ", head " + status.headSha()));
        if (status.lastError() != null) {
            out.println("  last error: " + status.lastError());
        }
        printLeftOut(out, status);
    }

    /** Names the blocks that git can't have, and why; nothing where there are none. */
    static void printLeftOut(PrintStream out, Views.Status status) {
        if (!status.leftOut().isEmpty()) {
            int blocks = status.leftOut().size();
            out.println("  %s left out and frozen, for git can't have %s:"
                    .formatted(Count.of(blocks, "block was", "blocks were"), blocks == 1 ? "it" : "them"));
            status.leftOut()
                    .forEach(b -> out.println(ImportText.oneLine(
                            "    '%s', block %s: %s".formatted(b.label(), b.blockId(), b.reason()))));
        }
    }

    /** @param start of the line, the agent's id first */
    static void printDifferences(PrintStream out, String start, String verb, List<Difference> differences) {
        if (differences.isEmpty()) {
            out.println(start + " PostgreSQL equals git");
            return;
        }
        out.println("%s %s %s".formatted(start, verb, Count.of(differences.size(), "difference")));
        differences.forEach(d -> out.println("  " + d));
    }
}
