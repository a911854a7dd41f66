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

    /** Of so many points one is struck by default. */
    private static final int EVERY = 7;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverDiesBetweenTwoStepsNothingAcknowledgedIsLostAndNothingHappensTwice(Fault fault) throws Exception {
        CrashMatrix.run(folder, fault, List.of(CrashOperation.values()), EVERY, 140);
    }
}
