package dev.gitmemory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The jar that goes into PostgreSQL. */
class GuardJarTest {
    @Test
    void holdsTheGuardAndNothingElse() throws Exception {
        try (JarFile jar = new JarFile(Path.of(System.getProperty("guard.jar")).toFile())) {
            assertThat(jar.stream().map(JarEntry::getName).filter(name -> !name.endsWith("/")))
                    .containsExactlyInAnyOrder(
                            "META-INF/MANIFEST.MF",
                            "dev/gitmemory/guard/Digest.class",
                            "dev/gitmemory/guard/Judge.class",
                            "dev/gitmemory/guard/LinkGuard.class",
                            "dev/gitmemory/guard/Place.class",
                            "dev/gitmemory/guard/Refusal.class",
                            "dev/gitmemory/guard/RemovalGuard.class");
        }
    }
}
