package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of races. Thread-safe. */
final class Tally {

    /** Of each kind of violation so many are told in full. */
    private static final int TOLD = 4;

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final Map<String, Integer> games = new TreeMap<>();
    private final List<String> stories = new ArrayList<>();
    private long orders;
    private long runs;
    private long repeats;
    private long waited;
    private long violated;

    /** So many orders there are, run or not. */
    synchronized void exist(int more) {
        orders += more;
    }

    synchronized void count(String game, int order, Race.Run run, boolean isRepeated, List<Violation> violations) {
        runs++;
        repeats += isRepeated ? 1 : 0;
        waited += run.trace().waited() ? 1 : 0;
        for (Player player : run.players()) {
            String who = player instanceof OperationPlayer ? "sidecar " : "application ";
            outcomes.merge(who + player.outcome(), 1, Integer::sum);
        }
        if (!violations.isEmpty()) {
            violated++;
            games.merge(game, 1, Integer::sum);
        }
        for (String kind : violations.stream().map(Violation::kind).distinct().toList()) {
            if (kinds.merge(kind, 1, Integer::sum) <= TOLD) {
                stories.add("%s, order %d\n    %s\n%s"
                        .formatted(
                                game,
                                order,
                                String.join(
                                        "\n    ",
                                        violations.stream()
                                                .map(Violation::toString)
                                                .toList()),
                                run.trace()));
            }
        }
    }

    synchronized long runs() {
        return runs;
    }

    synchronized long violated() {
        return violated;
    }

    synchronized long waited() {
        return waited;
    }

    /** The races after which something was wrong, some of them in full. */
    synchronized List<String> violations() {
        List<String> all = new ArrayList<>(stories);
        if (violated > 0) {
            all.add("%d of %d runs, by kind %s, by game %s".formatted(violated, runs, kinds, games));
        }
        return all;
    }

    /** For people to read. */
    synchronized String report(String title, long nanos) {
        return "%s: %d interleavings run of %d (%d with a turn that nobody could take), %d in which a session waited, %d violations, %.1f ms each%n    %s%n    %s%n    %s"
                .formatted(
                        title,
                        runs,
                        orders,
                        repeats,
                        waited,
                        violated,
                        runs == 0 ? 0.0 : nanos / 1e6 / runs,
                        outcomes,
                        kinds,
                        games);
    }
}
