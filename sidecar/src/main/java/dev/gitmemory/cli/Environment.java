package dev.gitmemory.cli;

import dev.gitmemory.service.Suggestion;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The settings given as environment variables. Every option has one name: {@code --db-url} is
 * {@code GIT_MEMORY_DB_URL}. A flag wins over the environment. An empty variable counts as not set, because
 * Compose files and unit files pass a variable on that way when nobody set it.
 */
final class Environment implements IDefaultValueProvider {

    static final String PREFIX = "GIT_MEMORY_";

    /**
     * What Kubernetes, and Docker's links before it, set in each container for a service whose name begins like ours:
     * {@code NAME_SERVICE_HOST}, {@code NAME_SERVICE_PORT}, {@code NAME_PORT=tcp://10.0.0.1:8284},
     * {@code NAME_PORT_8284_TCP_ADDR} and the like.
     */
    private static final Pattern OF_A_PLATFORM = Pattern.compile(
            "GIT_MEMORY_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST=.*|SERVICE_PORT(?:_[A-Z0-9_]+)?=\\d+|PORT=(?:tcp|udp|sctp)://.*"
                    + "|PORT_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?=.*)");

    private final Map<String, String> settings = new TreeMap<>();
    private final Set<String> leftOut = new TreeSet<>();

    /** @param variables all variables of the process; those of others are left alone */
    Environment(Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (name.startsWith(PREFIX)
                    && !value.isEmpty()
                    && !OF_A_PLATFORM.matcher(name + "=" + value).matches()) {
                settings.put(name, value);
            }
        });
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        // null lets picocli go on to the default in the annotation.
        return arg instanceof OptionSpec option && isSetting(option) && !leftOut.contains(variableOf(option))
                ? settings.get(variableOf(option))
                : null;
    }

    /** Says whether an option is a setting: everything but the requests for help and version. */
    static boolean isSetting(OptionSpec option) {
        return !option.usageHelp() && !option.versionHelp();
    }

    /** Sets an option no longer; {@link #check} looks at its variable all the same. */
    void leaveOut(OptionSpec option) {
        leftOut.add(variableOf(option));
    }

    static String variableOf(OptionSpec option) {
        return variableOf(option.longestName());
    }

    /** Returns the variable for a flag: {@code --db-url} is {@code GIT_MEMORY_DB_URL}. */
    static String variableOf(String flag) {
        return PREFIX + flag.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * Adds the variables that no command knows, and flags set to something else than true or false.
     *
     * @param allOptions the options of every command: a variable meant for {@code serve} does not disturb {@code migrate}
     */
    void check(Collection<OptionSpec> allOptions, Problems problems) {
        Set<String> known = new TreeSet<>();
        for (OptionSpec option : allOptions) {
            if (isSetting(option) && known.add(variableOf(option))) {
                checkSwitch(option, problems);
            }
        }
        for (String name : settings.keySet()) {
            if (!known.contains(name)) {
                problems.add("unknown environment variable " + name + Suggestion.among(known, name));
            }
        }
    }

    private void checkSwitch(OptionSpec option, Problems problems) {
        String value = settings.get(variableOf(option));
        if (value != null && option.arity().max() == 0 && !value.matches("(?i)true|false")) {
            problems.add(variableOf(option) + " must be true or false");
        }
    }
}
