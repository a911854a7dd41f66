package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.List;

/** The steps of one session. */
public record Script(String name, List<Step> steps) {

    public Script {
        steps = List.copyOf(steps);
    }

    /**
     * A transaction. Where all its statements see one snapshot, taking that is a step of its own: it may be old by the time
     * of the first statement. Where each takes its own, BEGIN means nothing to anybody and goes with the first.
     *
     * @param statements one or more
     */
    public static Script transaction(String name, Level level, List<Step> statements) {
        String begin = "BEGIN ISOLATION LEVEL " + level.sql() + "; ";
        List<Step> steps = new ArrayList<>();
        if (level.hasOneSnapshot()) {
            steps.add(Step.snapshot(begin + "SELECT 1"));
            steps.addAll(statements);
        } else {
            steps.add(statements.get(0).after(begin));
            steps.addAll(statements.subList(1, statements.size()));
        }
        steps.add(Step.commit());
        return new Script(name, steps);
    }

    /** As {@link #transaction(String, Level, List)}, of text. */
    public static Script sql(String name, Level level, List<String> statements) {
        return transaction(name, level, statements.stream().map(Step::sql).toList());
    }
}
