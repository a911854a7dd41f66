package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.commons.io.file.PathUtils;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of a test's own, on the product's embedded programs, which the test may configure, crash, copy and
 * promote. Durable like any PostgreSQL. Every role may log in from this machine without a password.
 */
public final class TestCluster implements AutoCloseable {

    private static final Progress SILENCE = step -> {};

    private final DataDirectory directory;
    private int port;
    private boolean running;

    private TestCluster(DataDirectory directory) {
        this.directory = directory;
    }

    /**
     * Makes a cluster and starts it.
     *
     * @param folder of its own, empty
     * @param settings lines for postgresql.conf
     */
    public static TestCluster start(Path folder, String... settings) throws IOException, InterruptedException {
        Account account = Account.find(folder);
        Path postgres = Files.createDirectories(folder.resolve("postgres"));
        Path home = PostgresBinaries.install(postgres, SILENCE);
        account.handOver(postgres);
        DataDirectory directory = new DataDirectory(new Programs(home, account, postgres), postgres);
        directory.create(Password.create(folder));
        TestCluster cluster = new TestCluster(directory);
        Files.writeString(
                cluster.data().resolve("pg_hba.conf"),
                "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n");
        cluster.configure(settings);
        cluster.start();
        return cluster;
    }

    /**
     * Copies the cluster as {@code pg_basebackup} does, which the embedded PostgreSQL lacks; it is stopped for that. The
     * copy follows it by streaming replication.
     *
     * @param folder of its own, empty
     */
    public TestCluster standby(Path folder) throws IOException, InterruptedException {
        Path postgres = Files.createDirectories(folder.resolve("postgres"));
        directory.programs().account().handOver(postgres);
        stop();
        PathUtils.copyDirectory(data(), postgres.resolve("data"));
        start();
        directory.programs().account().handOver(postgres);
        TestCluster standby = new TestCluster(new DataDirectory(
                new Programs(directory.programs().home(), directory.programs().account(), postgres), postgres));
        Files.setPosixFilePermissions(standby.data(), Files.getPosixFilePermissions(data()));
        Files.createFile(standby.data().resolve("standby.signal"));
        standby.configure("primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'");
        standby.start();
        return standby;
    }

    /**
     * Copies the cluster's files, as a base backup does; it is stopped for that, and started again.
     *
     * @param copy does not exist yet
     */
    public void backUp(Path copy) throws IOException, InterruptedException {
        stop();
        PathUtils.copyDirectory(data(), copy);
        start();
    }

    /** Puts a copy's files in the place of the cluster's own, which ends as a crash does, and starts it. */
    public void restore(Path copy) throws IOException, InterruptedException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(data());
        crash();
        PathUtils.deleteDirectory(data());
        PathUtils.copyDirectory(copy, data());
        Files.setPosixFilePermissions(data(), permissions);
        directory.programs().account().handOver(directory.folder());
        start();
    }

    private Path data() {
        return directory.folder().resolve("data");
    }

    private void configure(String... settings) throws IOException {
        Files.writeString(
                data().resolve("postgresql.conf"),
                String.join("\n", List.of(settings)) + "\n",
                StandardOpenOption.APPEND);
    }

    /** The port on 127.0.0.1, the same one after every start. */
    public int port() {
        return port;
    }

    /** {@return the URL of a database, without user} */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** {@return unpooled connections of the superuser} */
    public DataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl(database));
        source.setUser(Password.USER);
        return source;
    }

    /** Starts it again, on the same port. */
    public void start() throws IOException, InterruptedException {
        port = directory.start(port, SILENCE);
        running = true;
    }

    /** Ends it as a crash does: no checkpoint, no word to clients. The next start recovers. */
    public void crash() throws IOException, InterruptedException {
        stop("immediate");
    }

    /** Stops it in good order. */
    public void stop() throws IOException, InterruptedException {
        stop("fast");
    }

    private void stop(String mode) throws IOException, InterruptedException {
        directory.programs().run("pg_ctl", List.of("stop", "-D", data().toString(), "-m", mode, "-w"));
        running = false;
    }

    @Override
    public void close() throws IOException {
        if (running) {
            try {
                stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedPostgresException("interrupted while a PostgreSQL was stopping", e);
            }
        }
    }
}
