package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpoolTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5_000, 1 << 20, 4 << 20})
    void whatIsWrittenIsReadBackFromAnyPlaceOnTheHeapAndInAFile(int onHeap) throws IOException {
        byte[] written = new byte[3_000_000];
        new Random(1).nextBytes(written);
        try (Spool spool = new Spool(onHeap)) {
            spool.write(written[0]);
            spool.write(written, 1, 6_000);
            spool.write(written, 6_001, written.length - 6_001);

            assertThat(spool.size()).isEqualTo(written.length);
            assertThat(spool.readAll()).isEqualTo(written);
            assertThat(spool.read(0, 1)).isEqualTo(Arrays.copyOf(written, 1));
            assertThat(spool.read(5_999, 2_000_000)).isEqualTo(Arrays.copyOfRange(written, 5_999, 2_005_999));
            assertThat(spool.read(written.length, 0)).isEmpty();
            assertThatThrownBy(() -> spool.read(written.length - 1, 2)).isInstanceOf(EOFException.class);
        }
    }
}
