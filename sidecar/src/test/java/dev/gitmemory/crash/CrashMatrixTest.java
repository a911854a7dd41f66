package dev.gitmemory.crash;

import dev.gitmemory.crash.CrashMatrix.Fault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link CrashMatrix} over everything that changes memory, at every step.
 *
 * <p>The full size: {@code -Dgit-memory.crash.rounds=100 -Dgit-memory.crash.every=1}. Without that it is one round of
 * every seventh point, by each fault another.
 */
class CrashMatrixTest {

    private static final int ROUNDS = Integer.getInteger("git-memory.crash.rounds", 1);

    /** Of so many points one is struck: 1 for all of them. */
    private static final int EVERY = Integer.getInteger("git-memory.crash.every", 7);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverDiesBetweenTwoStepsNothingAcknowledgedIsLostAndNothingHappensTwice(Fault fault) throws Exception {
        try (CrashMatrix matrix = new CrashMatrix(folder)) {
            matrix.run(fault, List.of(CrashOperation.values()), ROUNDS, EVERY, 140);
        }
    }
}
