package dev.gitmemory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The words of a command line. picocli stops at the first value that it can't convert, and what stands behind it, or in the
 * environment, would pass for missing: so it is told, left out, and the rest is read again.
 */
final class Reading {

    private final List<String> words;

    Reading(String[] words) {
        this.words = new ArrayList<>(List.of(words));
    }

    String[] words() {
        return words.toArray(String[]::new);
    }

    /**
     * Tells of a wrong value, and leaves it out.
     *
     * @return whether there was one, so that the words have to be read again
     */
    boolean leavesOut(ParseResult root, Environment environment, Problems problems) {
        for (ParseResult level = root; level != null; level = level.hasSubcommand() ? level.subcommand() : null) {
            Optional<OptionSpec> wrong = UsageErrors.collectWrongValue(level, problems);
            if (wrong.isPresent()) {
                if (!leavesOut(wrong.get())) {
                    environment.leaveOut(wrong.get());
                }
                return true;
            }
        }
        return false;
    }

    private boolean leavesOut(OptionSpec option) {
        for (String name : option.names()) {
            if (words.removeIf(word -> word.startsWith(name + "="))) {
                return true;
            }
            int place = words.indexOf(name);
            if (place >= 0) {
                words.subList(place, Math.min(place + 2, words.size())).clear();
                return true;
            }
        }
        return false;
    }
}
