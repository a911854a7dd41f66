package dev.gitmemory.cli;

import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import dev.gitmemory.postgres.embedded.Progress;
import java.io.IOException;
import java.nio.file.Path;

/** A program for the tests to stop: runs like a server, on an embedded PostgreSQL in the folder that it is given. */
public final class StopSignalProcess {

    private StopSignalProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Progress progress = System.err::println;
        try (StopSignal stop = StopSignal.install();
                Resource lower = new Resource("database");
                EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0]), 0, progress);
                Resource upper = new Resource("server")) {
            System.out.println(String.join(
                    " ",
                    "waiting with",
                    upper.name(),
                    lower.name(),
                    postgres.settings().displayName()));
            stop.await();
        }
    }

    private record Resource(String name) implements AutoCloseable {
        @Override
        public void close() {
            System.out.println("closed " + name);
        }
    }
}
