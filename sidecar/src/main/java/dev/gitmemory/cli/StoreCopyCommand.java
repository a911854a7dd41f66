package dev.gitmemory.cli;

import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import picocli.CommandLine.Command;

/** {@code git-memory store copy}: a copy of the store, which stays the database's. */
@Command(
        name = "copy",
        description = {
            "Copy the store to another place: a backup, or the first part of moving it. Sidecars may run meanwhile.",
            "",
            "Copies the objects that are not there yet; running it again brings what came since. The copy may be read"
                    + " (fsck, verify, export); nobody writes to it before 'git-memory store adopt'.",
            "",
            "Example:",
            "  git-memory store copy --store file:///srv/memory --to gs://bucket/memory",
            ""
        })
final class StoreCopyCommand extends StoreTargetCommand {

    @Override
    void before(StoreBinding binding) {
        // Objects never change: whoever writes meanwhile adds to them.
    }

    @Override
    void after(StoreBinding binding, ObjectStore original, ObjectStore target, Console console) {
        // The ledger keeps its store.
    }
}
