package dev.gitmemory.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One run of the program: parse, find every problem, act, and turn whatever happens into an exit code. */
final class CommandLineRunner {

    private final Environment environment;
    private final Console console;
    private final Problems problems = new Problems();
    private final LogOptions logOptions = new LogOptions();

    CommandLineRunner(Map<String, String> environment, Console console) {
        this.environment = new Environment(environment);
        this.console = console;
    }

    ExitCode run(String[] args) {
        Reading reading = new Reading(args);
        ParseResult parsed;
        List<CommandSpec> commands;
        do {
            CommandLine root = new CommandLine(new RootCommand());
            commands = prepare(root);
            parsed = root.parseArgs(reading.words());
            if (CommandLine.executeHelpRequest(parsed) != null) {
                return ExitCode.OK;
            }
        } while (reading.leavesOut(parsed, environment, problems));

        CommandSpec chosen = collectUsageErrors(parsed);
        environment.check(commands.stream().flatMap(c -> c.options().stream()).toList(), problems);
        if (chosen.userObject() instanceof CliCommand command) {
            command.check(problems);
            return problems.isEmpty() ? act(command, chosen.qualifiedName()) : usageError(chosen);
        }
        if (problems.isEmpty()) {
            chosen.commandLine().usage(console.err());
            return ExitCode.USAGE;
        }
        return usageError(chosen);
    }

    private List<CommandSpec> prepare(CommandLine root) {
        List<CommandSpec> commands = allCommands(root.getCommandSpec());
        for (CommandSpec command : commands) {
            if (command.userObject() instanceof CliCommand) {
                command.addMixin("log", CommandSpec.forAnnotatedObject(logOptions));
            }
            command.parser().collectErrors(true);
        }
        root.setDefaultValueProvider(environment);
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        return commands;
    }

    /** Returns the command that was chosen: the last one named. */
    private CommandSpec collectUsageErrors(ParseResult root) {
        ParseResult level = root;
        UsageErrors.collect(level, problems);
        while (level.hasSubcommand()) {
            level = level.subcommand();
            UsageErrors.collect(level, problems);
        }
        return level.commandSpec();
    }

    private ExitCode act(CliCommand command, String name) {
        Logging.start(logOptions, console.err());
        try {
            return command.run(console);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            console.err().println(name + ": interrupted before it was done");
            return ExitCode.FAILED;
        } catch (Exception e) {
            Failure.print(name, e, logOptions.verbose, console.err());
            return ExitCode.FAILED;
        }
    }

    private ExitCode usageError(CommandSpec command) {
        String name = command.qualifiedName();
        List<String> texts = problems.texts();
        if (texts.size() == 1) {
            console.err().println(name + ": " + texts.get(0));
        } else {
            console.err().println(name + ": " + texts.size() + " problems");
            texts.forEach(text -> console.err().println("  - " + text));
        }
        console.err().println("Try '" + name + " --help'.");
        return ExitCode.USAGE;
    }

    private static List<CommandSpec> allCommands(CommandSpec root) {
        List<CommandSpec> all = new ArrayList<>(List.of(root));
        root.subcommands().values().forEach(command -> all.addAll(allCommands(command.getCommandSpec())));
        return all;
    }
}
