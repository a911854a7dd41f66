package dev.gitmemory.store;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.gitmemory.store.gcs.GcsLocation;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "gs:",
                "gs:bucket",
                "gs:///prefix",
                "gs://Bucket",
                "gs://b",
                "gs://bucket:80/prefix",
                "gs://bucket//prefix",
                "gs://bucket/a/../b",
                "gs://bucket/prefix#top",
                "memory"
            })
    void whatNamesNoStoreIsRefusedWithWhatIsSupported(String setting) {
        assertThatThrownBy(() -> Stores.open(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + setting + "'")
                .hasMessageContaining("file:///absolute/path")
                .hasMessageContaining("gs://bucket/prefix")
                .hasMessageContaining("memory:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gs://user:secret@bucket/prefix",
                "gs://secret@bucket",
                "gs:/user:secret@bucket",
                "gs:user:secret@bucket",
                "gs//user:secret@bucket",
                "gs://user:a/secret@bucket",
                "gs://user:se cret:secret@bucket/p",
                "s3://user:secret@bucket",
                "file://user:secret@host/path",
                "user:secret@host",
                "gs://bucket/prefix?key=secret"
            })
    void aSecretInAnAddressIsNotRepeated(String setting) {
        assertThatThrownBy(() -> Stores.open(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be opened")
                .hasNoCause()
                .extracting(Throwable::getMessage, as(STRING))
                .doesNotContain("secret");
        assertThat(Stores.problemWith(setting).orElseThrow()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "gs://my-bucket, my-bucket, ''",
        "gs://my-bucket/, my-bucket, ''",
        "gs://my_bucket.example.org/memory, my_bucket.example.org, memory/",
        "gs://bucket/a/b%20c/, bucket, a/b c/"
    })
    void aPlaceInABucketIsReadAndSpelledAgain(String setting, String bucket, String prefix) {
        GcsLocation location = GcsLocation.parse(URI.create(setting));

        assertThat(location).isEqualTo(new GcsLocation(bucket, prefix));
        assertThat(Stores.problemWith(setting)).isEmpty();
        assertThat(location.uri()).hasToString(setting.replaceFirst("/$", ""));
        assertThat(GcsLocation.parse(location.uri())).isEqualTo(location);
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
