package dev.gitmemory.cli;

import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.repo.TransferException;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.Enabled;
import dev.gitmemory.service.ImportRejectedException;
import dev.gitmemory.service.ImportRemovesException;
import dev.gitmemory.service.ImportReport;
import dev.gitmemory.service.ImportRequest;
import dev.gitmemory.service.RowsImport;
import dev.gitmemory.service.Views;
import dev.gitmemory.store.StoreUse;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code git-memory import}: brings memory in from outside. */
@Command(
        name = "import",
        description = {
            "Bring memory in: into an agent that is there (--agent, --from), or as new agents (--agent-file).",
            "",
            "--from takes what 'git-memory export' makes, and any other repository or folder of Markdown files. A history"
                    + " that continues the agent's moves its head on; an agent without a repository gets all of it; any"
                    + " other history becomes one merge commit whose files are the imported ones. Commits keep their"
                    + " ids, and what the agent had stays in its history. A folder becomes one commit. An agent that is"
                    + " not enabled is enabled.",
            "Files that break a rule are all named, and nothing is changed then. Importing the same again changes"
                    + " nothing. A history that does not continue the agent's, and lacks blocks of it, is refused unless"
                    + " --yes is given: they would be removed.",
            "",
            "--from-rows is for an object storage that was emptied or restored to an older state, so that PostgreSQL has what"
                    + " git has lost for good: the agent's rows become a commit on top of what git has left. Its message"
                    + " names the commits that are lost. Stop sidecars that ran when it happened, or start them again.",
            "",
            "--agent-file creates the agents of an Agent File (.af) under new ids and enables them. What the file holds"
                    + " besides memory is ignored and counted. Blocks that git can't have, for their labels, become rows"
                    + " that are frozen; they are all named, and the exit code is 4 then.",
            "",
            "Examples:",
            "  git-memory import --agent agent-123 --from memory.bundle --dry-run",
            "  git-memory import --agent agent-123 --from ~/.letta/memfs/org-1/agent-123/repo.git",
            "  git-memory import --agent agent-123 --from notes --prune",
            "  git-memory import --agent agent-123 --from notes --limit 250000",
            "  git-memory import --agent agent-123 --from-rows --dry-run",
            "  git-memory import --agent-file luna.af",
            ""
        })
final class ImportCommand implements CliCommand {

    private static final int MOST_PLACES = 50;

    @ArgGroup(validate = false, heading = "%nInto an agent:%n")
    ImportOptions into = new ImportOptions();

    @ArgGroup(validate = false, heading = "%nNew agents:%n")
    AgentFileOptions agentFile = new AgentFileOptions();

    @ArgGroup(validate = false, heading = "%nLabels:%n")
    LabelOptions labels = new LabelOptions();

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public void check(Problems problems) {
        if (agentFile.file != null && into.isUsed()) {
            problems.add(
                    "--agent-file makes new agents: it takes no --agent, --from, --from-rows, --branch, --prune, --limit, --yes"
                            + " and --dry-run");
        } else if (agentFile.file == null && into.isUsed()) {
            into.check(problems);
        } else if (agentFile.file == null) {
            problems.add("missing --agent and --from, or --agent-file: what to import");
        }
        options.check(problems);
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        if (into.fromRows) {
            return importRows(console);
        }
        return agentFile.file == null ? importInto(console) : importAgents(console);
    }

    private ExitCode importRows(Console console) throws IOException {
        try (OpenMemory open =
                options.open(into.dryRun ? StoreUse.PREVIEW : StoreUse.START, labels.newPaths(), console)) {
            RowsImport done = open.memory().importRows(into.agent(), Caller.system(), into.dryRun);
            Views.Status status = open.memory().views().status(into.agent());
            new RowsImportText(console.out()).print(status, done, into.dryRun);
        }
        return ExitCode.OK;
    }

    private ExitCode importInto(Console console) throws IOException {
        ImportRequest request = into.request();
        try (OpenMemory open =
                        options.open(request.dryRun() ? StoreUse.PREVIEW : StoreUse.START, labels.newPaths(), console);
                StopSignal stop = StopSignal.install()) {
            ProgressLines progress = new ProgressLines(console.err(), stop::isAsked);
            try {
                ImportReport report = open.memory().importMemory(into.agent(), request, Caller.system(), progress);
                new ImportText(console.out()).print(into.agent(), report, request.dryRun());
                return ExitCode.OK;
            } catch (ImportRejectedException e) {
                console.err()
                        .println("git-memory import: %s of '%s' can't be memory; nothing was changed"
                                .formatted(Count.of(e.problems().size(), "file"), request.from()));
                e.problems().forEach(problem -> console.err().println("  - " + ImportText.oneLine(problem)));
                return ExitCode.FAILED;
            } catch (ImportRemovesException e) {
                console.err()
                        .println(
                                "git-memory import: '%s' does not continue the history of agent '%s' and lacks %s; nothing was changed"
                                        .formatted(
                                                request.from(),
                                                into.agent(),
                                                Count.of(
                                                        e.labels().size(), "block that it has", "blocks that it has")));
                ImportText.printSome(console.err(), "  - ", e.labels());
                console.err()
                        .println(
                                "They would be removed; history keeps them. Add --yes to have it so (--dry-run shows all of it"
                                        + " before), or import a folder of the files, which removes nothing.");
                return ExitCode.FAILED;
            } catch (TransferException e) {
                if (!stop.isAsked()) {
                    throw e;
                }
                console.err().println("git-memory import: " + e.getMessage()); // while there is time to
                return ExitCode.FAILED;
            }
        }
    }

    private ExitCode importAgents(Console console) throws Exception {
        AgentFile file = read(agentFile.file);
        try (OpenMemory open = options.open(StoreUse.START, labels.newPaths(), console)) {
            List<Enabled> agents = open.memory().importAgents(file, agentFile.organizationId, Caller.system());
            print(console.out(), file, agents);
            if (agents.stream().allMatch(agent -> agent.status().leftOut().isEmpty())) {
                return ExitCode.OK;
            }
            console.err()
                    .println(
                            "git-memory import: git can't have all blocks of the file: those named above are in PostgreSQL"
                                    + " only, and frozen. To hand one to git, disable its agent, give it another label, and enable"
                                    + " the agent again. All else was imported.");
            return ExitCode.LEFT_OUT;
        }
    }

    static AgentFile read(@Nullable Path path) throws IOException {
        if (path == null) {
            throw new IllegalStateException("--agent-file was not checked");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new TransferException("'" + path + "' is no regular file, which an Agent File has to be");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return AgentFile.parse(in);
        } catch (OutOfMemoryError e) { // what it took is garbage by now
            throw new TransferException(
                    "'%s' (%d MiB) is too large for this process, which has a heap of %d MiB; nothing was imported. Give it more: -Xmx, six times the file's size"
                            .formatted(
                                    path,
                                    Files.size(path) >> 20,
                                    Runtime.getRuntime().maxMemory() >> 20),
                    e);
        }
    }

    /** Tells what came of each agent, which blocks git can't have, and what was ignored. */
    static void print(PrintStream out, AgentFile file, List<Enabled> agents) {
        for (int i = 0; i < agents.size(); i++) {
            AgentFile.Agent agent = file.agents().get(i);
            out.println("Agent '%s' is %s, with %s"
                    .formatted(
                            ImportText.oneLine(agent.name()),
                            agents.get(i).status().agentId(),
                            Count.of(agent.memory().size(), "block")));
            StatusText.printLabels(out, agents.get(i));
        }
        int parts = file.ignored().values().stream().mapToInt(Integer::intValue).sum();
        if (parts > 0) {
            int more = file.ignored().size() - MOST_PLACES;
            out.println("Ignored, not memory: %s (%s%s)"
                    .formatted(
                            Count.of(parts, "part"),
                            file.ignored().keySet().stream()
                                    .limit(MOST_PLACES)
                                    .map(ImportText::oneLine)
                                    .collect(Collectors.joining(", ")),
                            more > 0 ? ", and " + more + " other places" : ""));
        }
    }
}
