package dev.gitmemory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** {@code git-memory} itself: the list of commands, and what they have in common. */
@Command(
        name = "git-memory",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 130,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            MigrateCommand.class,
            UninstallCommand.class,
            EnableCommand.class,
            DisableCommand.class,
            SyncCommand.class,
            VerifyCommand.class,
            CompactCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            FsckCommand.class,
            PurgeCommand.class,
            StoreCommand.class,
            BenchCommand.class
        },
        description = "Git as the source of truth for the memory of AI agents, PostgreSQL as the fast cache.",
        footer = {
            "",
            "Every option can be given as an environment variable as well: --log-format is GIT_MEMORY_LOG_FORMAT.",
            "A flag wins over the variable. Passwords belong into the environment: flags are visible to every user.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 compared and different, 4 done but for what is named."
        })
final class RootCommand {}
