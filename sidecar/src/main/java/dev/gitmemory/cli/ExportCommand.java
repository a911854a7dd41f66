package dev.gitmemory.cli;

import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.ExportFormat;
import dev.gitmemory.repo.ExportSummary;
import dev.gitmemory.repo.Exports;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.TransferException;
import dev.gitmemory.service.KnownRepository;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code git-memory export}: writes an agent's memory to a place outside of the store. */
@Command(
        name = "export",
        description = {
            "Write an agent's memory to a folder of Markdown files, a git repository or a git bundle.",
            "",
            "A name that ends in .git becomes a bare repository, one that ends in .bundle a bundle: both hold all"
                    + " branches, tags and commits, with their ids. Any other name becomes a folder with the files of"
                    + " one commit. What is there already is never overwritten, and what fails leaves nothing behind.",
            "'git-memory import' takes each of the three back in. A running sidecar is not disturbed.",
            "",
            "Examples:",
            "  git-memory export --agent agent-123 --to memory --at 1f3a9c2",
            "  git-memory export --agent agent-123 --to memory.git && git clone memory.git",
            "  git-memory export --agent agent-123 --to memory.bundle --organization-id org-1 --store file:///srv/memory",
            ""
        })
final class ExportCommand implements CliCommand {

    @Option(names = "--to", paramLabel = "PATH", description = "What to make: a name that is free. No default.")
    @Nullable
    Path to;

    @Option(
            names = "--format",
            paramLabel = "dir|git|bundle",
            description = "What to make of it. Default: what the ending of --to says.")
    @Nullable
    ExportFormat format;

    @Option(
            names = "--at",
            paramLabel = "REF",
            description = "Commit whose files a folder gets: HEAD, a branch, a tag, an id or its first digits."
                    + " Default: HEAD.")
    @Nullable
    String at;

    @Mixin
    RepositoryOptions repository = new RepositoryOptions();

    @Override
    public void check(Problems problems) {
        if (to == null) {
            problems.add("missing --to, the folder, repository or bundle to make");
        } else if (at != null && format(to) != ExportFormat.DIR) {
            problems.add("--at is for a folder; a repository and a bundle hold every commit");
        }
        repository.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        Path target = target();
        try (ObjectStore store = ExistingStore.open(repository.store());
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random())) {
            KnownRepository known = repository.find(store, console);
            MemoryRepository opened = repositories.open(known.id());
            known.lost(opened).ifPresent(lost -> console.err()
                    .println("git-memory export: agent %s: %s. What is left is exported."
                            .formatted(opened.id().agentId(), lost)));
            return export(opened, target, console);
        }
    }

    private ExitCode export(MemoryRepository opened, Path target, Console console) throws IOException {
        try (StopSignal stop = StopSignal.install()) {
            ProgressLines progress = new ProgressLines(console.err(), stop::isAsked);
            try {
                ExportSummary summary =
                        Exports.write(opened, format(target), target, at == null ? "HEAD" : at, progress);
                print(console.out(), opened.id().agentId(), summary, target);
                return ExitCode.OK;
            } catch (TransferException e) {
                if (!stop.isAsked()) {
                    throw e;
                }
                console.err().println("git-memory export: " + e.getMessage()); // while there is time to
                return ExitCode.FAILED;
            }
        }
    }

    private void print(PrintStream out, String agentId, ExportSummary summary, Path target) {
        Path place = target.toAbsolutePath().normalize();
        out.println(
                format(target) == ExportFormat.DIR
                        ? "%s: %s of commit %s in %s"
                                .formatted(agentId, Count.of(summary.files(), "file"), summary.commitSha(), place)
                        : "%s: all history, %s, head %s in %s"
                                .formatted(agentId, Count.of(summary.refs(), "ref"), summary.commitSha(), place));
        summary.leftOut().forEach(path -> out.println("  left out: " + path));
    }

    private ExportFormat format(Path target) {
        return format == null ? ExportFormat.of(target) : format;
    }

    private Path target() {
        if (to == null) {
            throw new IllegalStateException("--to was not checked");
        }
        return to;
    }
}
