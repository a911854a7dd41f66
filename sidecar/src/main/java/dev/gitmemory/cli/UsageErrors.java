package dev.gitmemory.cli;

import dev.gitmemory.service.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts what picocli found wrong into words that name the flag or the variable to mend, and never show a secret. */
final class UsageErrors {

    private final ParseResult parsed;
    private final Problems problems;
    private final Set<ArgSpec> missing = new LinkedHashSet<>();

    private UsageErrors(ParseResult parsed, Problems problems) {
        this.parsed = parsed;
        this.problems = problems;
    }

    /** Adds every error of one level of the command line: {@code git-memory}, or one command below it. */
    static void collect(ParseResult parsed, Problems problems) {
        UsageErrors errors = new UsageErrors(parsed, problems);
        parsed.errors().forEach(errors::add);
        errors.missing.forEach(arg -> problems.add("missing " + errors.nameOf(arg)));
    }

    /**
     * Adds what is wrong with the value of a setting, and nothing else: picocli reads nothing any more behind it.
     *
     * @return that setting, if there is one
     */
    static Optional<OptionSpec> collectWrongValue(ParseResult parsed, Problems problems) {
        for (Exception error : parsed.errors()) {
            boolean isValue = error instanceof ParameterException
                    && !(error instanceof UnmatchedArgumentException)
                    && !(error instanceof MissingParameterException);
            if (isValue
                    && ((ParameterException) error).getArgSpec() instanceof OptionSpec option
                    && Environment.isSetting(option)) {
                UsageErrors errors = new UsageErrors(parsed, problems);
                if (option.arity().max() > 0 || errors.isFlag(option)) { // else the environment tells it
                    errors.add(error);
                }
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }

    private void add(Exception error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            addUnmatched(unmatched.getUnmatched());
        } else if (error instanceof MissingParameterException missingParameter
                && !missingParameter.getMissing().isEmpty()) {
            // picocli tells of a missing positional parameter twice.
            missing.addAll(missingParameter.getMissing());
        } else if (error instanceof ParameterException wrong && wrong.getArgSpec() != null) {
            problems.add(sourceOf(wrong.getArgSpec()) + " " + wrongValue(wrong));
        } else {
            problems.add(String.valueOf(error.getMessage()));
        }
    }

    private void addUnmatched(List<String> arguments) {
        List<String> known = new ArrayList<>(parsed.commandSpec().optionsMap().keySet());
        boolean unknownOption = false;
        for (String argument : arguments) {
            if (argument.startsWith("-")) {
                unknownOption = true;
                // What follows '=' may be a secret.
                String name = argument.replaceFirst("=.*", "");
                problems.add("unknown option " + name + Suggestion.among(known, name));
            } else if (!unknownOption) {
                // A bare word behind an unknown option is most likely its value, so it is not shown: it may be a
                // secret.
                boolean hasCommands = !parsed.commandSpec().subcommands().isEmpty();
                problems.add((hasCommands ? "unknown command '" : "superfluous argument '") + argument + "'"
                        + Suggestion.among(parsed.commandSpec().subcommands().keySet(), argument));
            }
        }
    }

    /** Says where a value came from, flag or environment. picocli counts an option with a wrong value as not matched. */
    private String sourceOf(ArgSpec arg) {
        if (arg instanceof OptionSpec option && Environment.isSetting(option)) {
            return isFlag(option) ? option.longestName() : Environment.variableOf(option);
        }
        return nameOf(arg);
    }

    private boolean isFlag(OptionSpec option) {
        String name = option.longestName();
        return parsed.originalArgs().stream().anyMatch(word -> word.equals(name) || word.startsWith(name + "="));
    }

    private static String wrongValue(ParameterException wrong) {
        if (wrong.getArgSpec().typeInfo().isEnum()) {
            return "must be one of "
                    + String.join(", ", wrong.getArgSpec().typeInfo().getEnumConstantNames())
                            .toLowerCase(Locale.ROOT) + ", is '" + wrong.getValue() + "'";
        }
        return String.valueOf(wrong.getMessage())
                .replaceFirst("^Invalid value for (option|positional parameter)[^:]*: ", "");
    }

    private String nameOf(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }
}
