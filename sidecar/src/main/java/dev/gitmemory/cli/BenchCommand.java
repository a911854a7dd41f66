package dev.gitmemory.cli;

import picocli.CommandLine.Command;

/** {@code git-memory bench}: the benchmarks, each a command of its own. */
@Command(
        name = "bench",
        subcommands = {BenchGuardCommand.class, BenchSqlCommand.class, BenchStoreCommand.class, BenchWritesCommand.class
        },
        description = {
            "Measure git-memory next to something known, in one run.",
            "",
            "Read the ratios: absolute figures are this machine's."
        })
final class BenchCommand {}
