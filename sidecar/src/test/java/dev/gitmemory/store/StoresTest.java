package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoresTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/var/lib/store",
                "relative",
                "file:relative",
                "file://host/path",
                "file:",
                "s3://bucket",
                "file:///a b",
                "memory"
            })
    void whatNamesNoStoreIsRefusedWithWhatIsSupported(String setting) {
        assertThatThrownBy(() -> Stores.open(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + setting + "'")
                .hasMessageContaining("file:///absolute/path")
                .hasMessageContaining("memory:");
    }

    @Test
    void twoStoresInMemoryAreApart() throws IOException {
        try (ObjectStore one = Stores.open("memory:");
                ObjectStore other = Stores.open("memory:")) {
            one.create("k", new byte[0]);

            assertThat(other.read("k")).isNull();
            assertThat(one.uri()).hasToString("memory:/");
        }
    }
}
