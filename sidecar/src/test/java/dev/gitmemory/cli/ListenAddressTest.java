package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ListenAddressTest {

    private final ListenAddress.Converter converter = new ListenAddress.Converter();

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8284", "localhost:0", "[::1]:8284", "memory.example.org:65535"})
    void readsWhatItWrites(String text) {
        assertThat(converter.convert(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8284",
                ":8284",
                "localhost",
                "localhost:",
                "localhost:x",
                "h:-1",
                "h:65536",
                "::1:80",
                "a@h:1",
                "h:1/x"
            })
    void refusesWhatIsNoHostAndPort(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("must be host:port")
                .hasMessageContaining("'" + text + "'");
    }
}
