package dev.gitmemory.postgres;

import java.util.ArrayList;
import java.util.List;

/**
 * What a migration did.
 *
 * @param applied the scripts that ran, in order; empty when the database was up to date
 * @param guard the guard that is installed now
 * @param advice what a DBA should know, in whole sentences: why another engine was taken than the best one, and how to
 *     get that
 * @param mended what was not as it had to be before, and is now
 * @param takenBack rights that somebody had and that are not on the list: {@code from ROLE: PRIVILEGE on OBJECT, OBJECT}
 * @param defects what is not as it has to be all the same, for others have to mend it; empty in a sound database
 */
public record MigrationReport(
        List<String> applied,
        InstalledGuard guard,
        List<String> advice,
        List<Defect> mended,
        List<String> takenBack,
        List<Defect> defects) {
    /** Copies the lists. */
    public MigrationReport {
        applied = List.copyOf(applied);
        advice = List.copyOf(advice);
        mended = List.copyOf(mended);
        takenBack = List.copyOf(takenBack);
        defects = List.copyOf(defects);
    }

    /** {@return the same with more that is not as it has to be} */
    MigrationReport withDefects(List<Defect> more) {
        List<Defect> all = new ArrayList<>(defects);
        all.addAll(more);
        return new MigrationReport(
                applied,
                guard,
                advice,
                mended.stream().filter(defect -> !all.contains(defect)).toList(),
                takenBack,
                all);
    }
}
