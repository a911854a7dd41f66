package dev.gitmemory.guard;

import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds what the suite runs on, once per JVM, and prints it.
 *
 * <p>Settings, from the environment: {@code GIT_MEMORY_TEST_DB_URL}, {@code GIT_MEMORY_TEST_DB_USER} and
 * {@code GIT_MEMORY_TEST_DB_PASSWORD}, a server and its superuser; {@code GIT_MEMORY_TEST_IMAGE}, a Docker image of
 * PostgreSQL with PL/Java, instead of the one that is built from {@code deploy/postgres/Dockerfile}.
 */
final class GuardTargets {
    private GuardTargets() {}

    /** {@return every engine on every server} */
    static Stream<GuardTarget> all() {
        return Found.TARGETS.stream();
    }

    /** {@return every server with the engine in Java} */
    static Stream<GuardTarget> withPlJava() {
        return all().filter(target -> target.engine() == GuardEngine.PLJAVA);
    }

    private static final class Found {
        static final List<GuardTarget> TARGETS = find();

        private static List<GuardTarget> find() {
            List<GuardTarget> targets = new ArrayList<>();
            List<String> skipped = new ArrayList<>();
            try {
                targets.add(new GuardTarget(embedded(), GuardEngine.PLPGSQL));
                skipped.add("pljava on the embedded PostgreSQL: it has no PL/Java");
                byUrl(targets, skipped);
                inContainer(targets, skipped);
            } catch (SQLException e) {
                throw new IllegalStateException("A server that was found does not answer", e);
            }
            targets.forEach(target -> System.out.println("guard conformance runs: " + target));
            skipped.forEach(reason -> System.out.println("guard conformance skips: " + reason));
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> close(targets.stream()
                            .filter(target -> target.server().lasting())
                            .toList())));
            return targets;
        }

        private static TestServer embedded() {
            return new TestServer("embedded", EmbeddedDatabase.empty().jdbcUrl(), "postgres", null, false);
        }

        private static void byUrl(List<GuardTarget> targets, List<String> skipped) throws SQLException {
            String url = System.getenv("GIT_MEMORY_TEST_DB_URL");
            if (url == null || url.isBlank()) {
                skipped.add("a server of your choice: GIT_MEMORY_TEST_DB_URL is not set");
                return;
            }
            String user = System.getenv().getOrDefault("GIT_MEMORY_TEST_DB_USER", "postgres");
            String password = System.getenv("GIT_MEMORY_TEST_DB_PASSWORD");
            bothEngines(new TestServer("given by URL", url, user, password, true), targets, skipped);
        }

        private static void inContainer(List<GuardTarget> targets, List<String> skipped) throws SQLException {
            ContainerServer.Answer answer = ContainerServer.start();
            if (answer.server() == null) {
                skipped.add("a server in a container: " + answer.reason());
                return;
            }
            bothEngines(answer.server(), targets, skipped);
        }

        private static void bothEngines(TestServer server, List<GuardTarget> targets, List<String> skipped)
                throws SQLException {
            if (server.offersPlJava()) {
                targets.add(new GuardTarget(server, GuardEngine.PLJAVA));
            } else {
                skipped.add("pljava on the server " + server.description() + ": the extension is not available there");
            }
            targets.add(new GuardTarget(server, GuardEngine.PLPGSQL));
        }

        private static void close(List<GuardTarget> targets) {
            for (GuardTarget target : targets) {
                try {
                    target.close();
                } catch (SQLException e) {
                    // The JVM is going, and nobody else could be told.
                    System.out.println("guard conformance leaves databases behind: " + target + ": " + e.getMessage());
                }
            }
        }
    }
}
