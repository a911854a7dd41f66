package dev.gitmemory.crash;

import dev.gitmemory.crash.CrashMatrix.Fault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link CrashMatrix} over a block that several agents share, some with the tag and some without, written through every
 * door: a crash before and after the commit to each owner's repository, and before and after PostgreSQL's. Then every
 * owner's repository has the write once, or none has it.
 *
 * <p>Takes the same properties as {@link CrashMatrixTest}; without them it is one round of every sixth point, by each fault another.
 */
class SharedBlockCrashTest {

    /** Of so many points one is struck by default. */
    private static final int EVERY = 6;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void everyOwnersRepositoryHasTheWriteOnceOrNoneHasIt(Fault fault) throws Exception {
        CrashMatrix.run(folder, fault, List.of(SharedOperation.values()), EVERY, 55);
    }
}
