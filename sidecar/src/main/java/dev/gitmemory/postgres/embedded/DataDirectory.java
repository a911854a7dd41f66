package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;

/**
 * One database cluster of the embedded PostgreSQL: making it, starting and stopping its server.
 *
 * @param programs the programs that work on it
 * @param folder PostgreSQL's own folder: {@code data} is the cluster, {@code postgres.log} the server's log
 */
record DataDirectory(Programs programs, Path folder) {

    private static final String WAIT_SECONDS = "120";
    private static final int ATTEMPTS = 3;

    private Path data() {
        return folder.resolve("data");
    }

    private Path log() {
        return folder.resolve("postgres.log");
    }

    boolean exists() {
        return Files.isDirectory(data());
    }

    /**
     * Makes the cluster. It grows beside its place and is renamed into it: what a run killed halfway left is no
     * cluster, and an {@code initdb} that outlived that run writes where nobody looks.
     *
     * @param password of the superuser; everybody has to give one, from this machine too
     */
    void create(String password) throws IOException, InterruptedException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path left : files.filter(p -> p.getFileName().toString().startsWith("data-"))
                    .toList()) {
                PathUtils.deleteDirectory(left);
            }
        }
        Path fresh = folder.resolve("data-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        Path passwordFile = folder.resolve("initial-password");
        Files.deleteIfExists(passwordFile);
        Files.createFile(
                passwordFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, password + "\n");
        programs.account().handOver(passwordFile);
        try {
            programs.run(
                    "initdb",
                    List.of(
                            "--pgdata=" + fresh,
                            "--username=" + Password.USER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            // The same order of texts on every machine, whatever locales it has.
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--locale=C"));
        } finally {
            Files.delete(passwordFile);
        }
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Starts the server, after stopping one that an earlier run left behind.
     *
     * @param wantedPort the port on 127.0.0.1, or 0 for any that is free
     * @return the port
     */
    int start(int wantedPort, Progress progress) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            stopOrphan(progress);
            int port = wantedPort == 0 ? freePort() : wantedPort;
            if (Files.exists(log())) {
                Files.move(log(), folder.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
            try {
                programs.run(
                        "pg_ctl",
                        List.of(
                                "start",
                                "-D",
                                data().toString(),
                                "-l",
                                log().toString(),
                                "-w",
                                "-t",
                                WAIT_SECONDS,
                                "-o",
                                String.join(" ", serverOptions(port))));
                return port;
            } catch (EmbeddedPostgresException e) {
                // Somebody may have taken the free port meanwhile, or an orphan was still on its way up.
                if (attempt == ATTEMPTS || wantedPort != 0) {
                    throw new EmbeddedPostgresException(
                            "the embedded PostgreSQL in " + data() + " did not start on port " + port + ": "
                                    + lastLinesOfLog().orElse(e.getMessage()),
                            e);
                }
            }
        }
    }

    private static List<String> serverOptions(int port) {
        return List.of(
                "-p " + port,
                "-c listen_addresses=127.0.0.1",
                "-c unix_socket_directories=",
                "-c timezone=UTC",
                // The log tells of refused statements, but not what was in them: that is the agents' memory.
                "-c log_min_error_statement=panic",
                "-c log_checkpoints=off");
    }

    /** Stops the server and waits for its end; clients are disconnected. */
    void stop() throws IOException, InterruptedException {
        programs.run("pg_ctl", List.of("stop", "-D", data().toString(), "-m", "fast", "-w", "-t", WAIT_SECONDS));
    }

    /**
     * Deals with {@code postmaster.pid}, where a server writes its process number. When git-memory was killed, its
     * server lives on: it is stopped, so that the new one starts with our settings. When the whole machine went down, the
     * number may belong to any other process by now: only the file goes. The folder's lock is held, so no other
     * git-memory is behind that server.
     */
    private void stopOrphan(Progress progress) throws IOException, InterruptedException {
        Path pidFile = data().resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> process = Files.readAllLines(pidFile).stream()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d+"))
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line)));
        if (process.isEmpty()) {
            // PostgreSQL itself replaces the file of a dead server.
            return;
        }
        if (process.get().info().commandLine().orElse("").contains(data().toString())) {
            progress.report(
                    "Stopping the PostgreSQL (process " + process.get().pid() + ") that an earlier run left behind");
            stop();
        } else {
            Files.delete(pidFile);
        }
    }

    private Optional<String> lastLinesOfLog() throws IOException {
        if (!Files.exists(log())) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(log());
        List<String> last = lines.subList(Math.max(0, lines.size() - 5), lines.size());
        return Optional.of("its log " + log() + " ends with " + String.join(" | ", last));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
