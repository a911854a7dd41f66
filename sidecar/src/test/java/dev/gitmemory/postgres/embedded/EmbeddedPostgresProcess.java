package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program for the tests to start and to kill: runs an embedded PostgreSQL in the folder that it is given, writes how to
 * reach it, and stops it when its standard input ends.
 */
public final class EmbeddedPostgresProcess {

    private EmbeddedPostgresProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Progress progress = System.err::println;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0]), 0, progress)) {
            System.out.println(postgres.settings().url());
            while (System.in.read() >= 0) {
                // Goes on until the test closes the pipe or kills this process.
            }
        }
    }
}
