package dev.gitmemory.cli;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code git-memory fsck}: checks what is stored. */
@Command(
        name = "fsck",
        description = {
            "Check the repositories in the store, object by object, and PostgreSQL against them. Changes nothing.",
            "",
            "Everything is read afresh from the store: each entry, the chain from one to the next, that all objects of"
                    + " every ref are there, that history was only added to, that checkpoints hold what the entries hold,"
                    + " and that nothing foreign lies among them. Then rows and ledger are compared as 'git-memory verify'"
                    + " does. Each finding names the object, what is wrong and what to do.",
            "Exit codes: 0 everything is as it should be, 3 there are findings, 1 something could not be checked.",
            "",
            "Examples:",
            "  git-memory fsck --agent agent-123",
            "  git-memory fsck --all --storage-only --store file:///srv/memory-backup",
            ""
        })
final class FsckCommand implements CliCommand {

    @Option(names = "--agent", paramLabel = "ID", description = "The agent to check. No default.")
    @Nullable
    String agent;

    @Option(names = "--all", description = "Check every repository of the store, and every one that PostgreSQL knows.")
    boolean all;

    @Option(names = "--storage-only", description = "Check the store alone; no database is needed.")
    boolean storageOnly;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public void check(Problems problems) {
        if ((agent == null) != all) {
            problems.add("--agent or --all must be given, and not both: what to check");
        }
        if (storageOnly) {
            options.store.check(problems);
        } else {
            options.check(problems);
        }
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        try (FsckRun run = FsckRun.open(options, storageOnly, console)) {
            Collection<FsckRun.Target> targets = agent == null ? run.all() : run.of(agent);
            run.checkDatabase();
            targets.forEach(run::check);
            return run.summary();
        }
    }
}
