package dev.gitmemory.cli;

import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code git-memory store move}: the database works on a copy of its store from now on. */
@Command(
        name = "move",
        description = {
            "Copy the store to another place and make that the database's. Stop all sidecars first.",
            "",
            "Copies the objects that are not there yet ('git-memory store copy' can do most of it while sidecars run),"
                    + " makes sure that the copy has every commit that PostgreSQL equals, and writes the new address into the"
                    + " ledger. From then on the old place is refused: its id is taken off it, the rest stays as it is. When this"
                    + " is cut short the database still has its old store: run it again.",
            "",
            "Example:",
            "  git-memory store move --store file:///srv/memory --to gs://bucket/memory",
            ""
        })
final class StoreMoveCommand extends StoreTargetCommand {

    @Override
    void before(StoreBinding binding) throws IOException {
        binding.requireNoSidecar();
    }

    @Override
    void after(StoreBinding binding, ObjectStore original, ObjectStore target, Console console) throws IOException {
        StoreAdoptCommand.print(
                console.out(), binding.adopt(target, false, new ProgressLines(console.err(), () -> false)));
        StoreIdentity.forget(original);
    }
}
