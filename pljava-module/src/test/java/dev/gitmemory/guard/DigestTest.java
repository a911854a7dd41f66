package dev.gitmemory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes that are digested; that SQL digests the same is proved inside PostgreSQL by the conformance suite. */
class DigestTest {
    @Test
    void digestsEveryFieldWithItsLengthInBytes() throws Exception {
        assertThat(Digest.of("héllo", "who I am", 20000L, true, "{\"a\": 1}"))
                .isEqualTo(sha256("gm1;6:héllo,8:who I am,5:20000,1:t,8:{\"a\": 1},"));
    }

    @Test
    void nullIsNotTheEmptyText() throws Exception {
        assertThat(Digest.of("", null, null, false, null)).isEqualTo(sha256("gm1;0:,~~1:f,~"));
        assertThat(Digest.of(null, "", 0L, null, "")).isEqualTo(sha256("gm1;~0:,1:0,~0:,"));
    }

    @Test
    void textCannotPassForTwoFields() {
        assertThat(Digest.of("a,1:b", null, 1L, false, null)).isNotEqualTo(Digest.of("a", "b", 1L, false, null));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
