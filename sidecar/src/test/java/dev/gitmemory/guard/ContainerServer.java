package dev.gitmemory.guard;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL with PL/Java in a container, where a Docker engine answers. */
final class ContainerServer {
    private static final String IMAGE_SETTING = "GIT_MEMORY_TEST_IMAGE";
    private static final int PORT = 5432;
    private static final String PASSWORD = "postgres";

    private ContainerServer() {}

    /** Either a server or the reason why there is none. */
    record Answer(@Nullable TestServer server, String reason) {}

    static Answer start() {
        String named = System.getenv(IMAGE_SETTING);
        if (named != null && !named.isBlank()) {
            // An image that was named has to work.
            return start(named);
        }
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return new Answer(null, "no Docker engine answers");
            }
        } catch (RuntimeException e) {
            // Within a container, Testcontainers starts another one to find its way out.
            return new Answer(
                    null,
                    "the Docker engine here cannot be used (" + e.getMessage() + "); within a container try"
                            + " TESTCONTAINERS_HOST_OVERRIDE=localhost");
        }
        String built;
        try {
            built = new ImageFromDockerfile("git-memory-postgres", false)
                    .withDockerfile(Path.of("../deploy/postgres/Dockerfile"))
                    .get();
        } catch (RuntimeException e) {
            // An engine without a way to the registry is as good as none.
            return new Answer(
                    null,
                    "the image of deploy/postgres/Dockerfile cannot be built here, name one with " + IMAGE_SETTING);
        }
        return start(built);
    }

    private static Answer start(String image) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withEnv("POSTGRES_PASSWORD", PASSWORD)
                .withExposedPorts(PORT)
                // While it sets itself up, the official image answers on its socket only.
                .waitingFor(Wait.forSuccessfulCommand("pg_isready --host=127.0.0.1 --username=postgres"));
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        String url = "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(PORT) + "/postgres";
        return new Answer(new TestServer("in a container", url, "postgres", PASSWORD, false), "");
    }
}
