package dev.gitmemory.cli;

import picocli.CommandLine.Command;

/** {@code git-memory store}: which store belongs to a database, each change a command of its own. */
@Command(
        name = "store",
        subcommands = {StoreCopyCommand.class, StoreMoveCommand.class, StoreAdoptCommand.class},
        description = {
            "Copy or move a store, or make a store that was copied or restored by other means the database's.",
            "",
            "The database's ledger knows its store by the id in the object .git-memory-store.json, and by the address."
                    + " Commands and sidecars refuse any other."
        })
final class StoreCommand {}
