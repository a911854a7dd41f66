package dev.gitmemory.repo;

import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which paths may come anew into a repository. One that is there already is never asked about, whatever becomes of its
 * file: nobody is to be locked out of a memory that he has.
 */
public enum PathPolicy {
    /**
     * Paths that git can check out on Windows and macOS, too, beside all others of their commit: no name that Windows
     * can't have, and no file or new folder that differs from another one only in case or in Unicode normalisation.
     */
    PORTABLE,

    /** All paths that git itself can have. */
    ANY;

    /** What helps against each of {@link #problems}. */
    public static final String WAY_OUT = "take another name, or allow it by --no-portable-labels";

    /**
     * Why paths may not come.
     *
     * @param before the paths that are there
     * @param after the paths that are to be there
     * @return the reason by path, for paths of {@code after} that {@code before} does not have; none where all may come
     */
    public SortedMap<String, String> problems(Collection<String> before, Collection<String> after) {
        if (this == ANY) {
            return Collections.emptySortedMap();
        }
        Set<String> known = new HashSet<>(before);
        List<String> fresh =
                after.stream().filter(path -> !known.contains(path)).toList();
        Twins twins = new Twins(before, fresh, after);
        SortedMap<String, String> problems = new TreeMap<>();
        for (String path : fresh) {
            WindowsNames.problem(path).or(() -> twins.of(path)).ifPresent(reason -> problems.put(path, reason));
        }
        return problems;
    }

    /**
     * Makes sure that paths may come.
     *
     * @param before the paths that are there
     * @param after the paths that are to be there
     * @throws RuleViolation of the field {@code label} for the first that may not, with the way out
     */
    public void require(Collection<String> before, Collection<String> after) {
        SortedMap<String, String> problems = problems(before, after);
        if (!problems.isEmpty()) {
            String path = problems.firstKey();
            throw new RuleViolation(
                    "label", "%s can't come anew: %s; %s".formatted(named(path), problems.get(path), WAY_OUT));
        }
    }

    private static String named(String path) {
        Optional<Label> label;
        try {
            label = Label.ofPath(path);
        } catch (RuleViolation e) {
            label = Optional.empty();
        }
        return label.map(l -> "label '" + l.text() + "'").orElse("file '" + path + "'");
    }
}
