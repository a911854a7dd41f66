package dev.gitmemory.guard;

import java.nio.file.Path;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL with PL/Java in a container, where a Docker engine answers. */
final class ContainerServer {
    private static final int PORT = 5432;
    private static final String PASSWORD = "postgres";
    /** The official image starts PostgreSQL twice: for its own setup, then for us. */
    private static final String READY = ".*database system is ready to accept connections.*\\s";

    private ContainerServer() {}

    /** Either a server or the reason why there is none. */
    record Answer(@Nullable TestServer server, String reason) {}

    static Answer start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return new Answer(null, "no Docker engine answers");
        }
        GenericContainer<?> container = container()
                .withEnv("POSTGRES_PASSWORD", PASSWORD)
                .withExposedPorts(PORT)
                .waitingFor(Wait.forLogMessage(READY, 2));
        container.start();
        String url = "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(PORT) + "/postgres";
        return new Answer(new TestServer("in a container", url, "postgres", PASSWORD, false), "");
    }

    private static GenericContainer<?> container() {
        String image = System.getenv("GIT_MEMORY_TEST_IMAGE");
        if (image != null && !image.isBlank()) {
            return new GenericContainer<>(DockerImageName.parse(image));
        }
        Future<String> built = new ImageFromDockerfile("git-memory-postgres", false)
                .withDockerfile(Path.of("../deploy/postgres/Dockerfile"));
        return new GenericContainer<>(built);
    }
}
