package dev.gitmemory.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files of the class path. */
final class Resources {
    private Resources() {}

    /** The schema and the rows of an application that has never heard of git-memory. */
    static String existingApplication() {
        return text("/dev/gitmemory/guard/existing-application.sql");
    }

    static String text(String path) {
        try (InputStream in = Resources.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("No resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
