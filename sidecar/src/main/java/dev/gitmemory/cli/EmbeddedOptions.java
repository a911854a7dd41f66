package dev.gitmemory.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The embedded PostgreSQL, and where it and the default store keep their files. */
final class EmbeddedOptions {

    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = "--embedded",
            description =
                    "Start a PostgreSQL of git-memory's own instead of using --db-url. It listens on 127.0.0.1 only.")
    boolean embedded;

    @Option(
            names = "--embedded-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "TCP port of the embedded PostgreSQL; 0 takes any that is free. Default: 0.")
    int port;

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            defaultValue = "git-memory-data",
            description = "Folder of the embedded PostgreSQL and of the default store, made when absent."
                    + " Default: git-memory-data, in the folder where git-memory is started.")
    Path dataDir = Path.of("git-memory-data");

    void check(Problems problems) {
        if (port < 0 || port > HIGHEST_PORT) {
            problems.add("--embedded-port must be a number from 0 to " + HIGHEST_PORT + ", is " + port);
        }
    }
}
