package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreUse;
import dev.gitmemory.store.Stores;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code git-memory store adopt}: makes a store the database's. */
@Command(
        name = "adopt",
        description = {
            "Make the store that --store names the database's from now on. Stop all sidecars first.",
            "",
            "For a store that was copied, moved, mounted elsewhere or restored by other means, or that has lost its id."
                    + " It must have every commit that PostgreSQL equals. Nothing is copied; only the ledger's row and, where it"
                    + " is missing, the store's id are written.",
            "",
            "Example:",
            "  git-memory store adopt --db-url jdbc:postgresql://localhost:5432/letta --store file:///mnt/memory",
            ""
        })
final class StoreAdoptCommand implements CliCommand {

    @Option(
            names = "--older-store",
            description =
                    "Take the store although it lacks commits that PostgreSQL has had: they are lost for good. Agents"
                            + " that are concerned are not written to before somebody decides about each. Default: refuse.")
    boolean olderStore;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public void check(Problems problems) {
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        try (Database database = Connections.connect(options.database.settings(), options.tables.settings());
                ObjectStore store = Stores.open(
                        options.store.settings(options.dataDir), new CompositeMeterRegistry(), StoreUse.WRITE)) {
            options.print(store, console);
            print(
                    console.out(),
                    new StoreBinding(database).adopt(store, olderStore, new ProgressLines(console.err(), () -> false)));
        }
        return ExitCode.OK;
    }

    /** Tells what the ledger says from now on. */
    static void print(PrintStream out, StoreBinding.Adopted adopted) {
        String compared = "%s compared".formatted(Count.of(adopted.compared(), "repository", "repositories"));
        if (adopted.now().equals(adopted.before())) {
            out.println("The ledger's store is %s (id %s) already; %s"
                    .formatted(adopted.now().address(), adopted.now().id(), compared));
        } else {
            out.println("The ledger's store is %s (id %s) from now on%s; %s"
                    .formatted(
                            adopted.now().address(),
                            adopted.now().id(),
                            adopted.before() == null
                                    ? ""
                                    : ", and not " + adopted.before().address() + " any more",
                            compared));
        }
        if (!adopted.lacking().isEmpty()) {
            out.println("  " + adopted.lacking());
            out.println(
                    "  to do: git-memory import --agent AGENT --from-rows, or git-memory enable --older-store AGENT");
        }
    }
}
