package dev.gitmemory.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db.example.org:5433/letta?sslmode=require, db.example.org:5433/letta",
        "jdbc:postgresql://localhost/letta, localhost:5432/letta",
        "'jdbc:postgresql://a:1,b:2/letta', 'a,b:1,2/letta'",
        "jdbc:postgresql://[::1]:5432/letta, [::1]:5432/letta",
        "jdbc:postgresql:letta, localhost:5432/letta",
    })
    void showsWhichDatabaseItIs(String url, String shown) {
        assertThat(DatabaseSettings.problemWith(url)).isEmpty();
        assertThat(new DatabaseSettings(url, null, null).displayName()).isEqualTo(shown);
    }

    @Test
    void neverShowsAPassword() {
        DatabaseSettings settings =
                new DatabaseSettings("jdbc:postgresql://h/d?user=a&password=s3cret", "letta", "t0p");
        assertThat(settings).asString().contains("h:5432/d", "letta").doesNotContain("s3cret", "t0p");
        assertThatThrownBy(() -> new DatabaseSettings("jdbc:postgresql://h:s3cret/d", null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("db-url is not")
                .message()
                .doesNotContain("s3cret");
    }
}
