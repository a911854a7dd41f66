package dev.gitmemory.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.postgres.DatabaseSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    /** A folder after its first start: copying it is quicker than unpacking and creating again. */
    @TempDir
    private static Path started;

    private static final List<String> FIRST_START = new ArrayList<>();

    @TempDir
    private Path folder;

    private final List<String> progress = new ArrayList<>();

    @BeforeAll
    static void firstStart() throws Exception {
        EmbeddedPostgres.start(started, 0, FIRST_START::add).close();
    }

    @BeforeEach
    void copyFolder() throws IOException {
        try (Stream<Path> all = Files.walk(started)) {
            for (Path path : all.filter(p -> !p.equals(started)).toList()) {
                Path copy = folder.resolve(started.relativize(path));
                boolean program = path.toString().contains("/programs-");
                if (program && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    // 50 MB that nobody changes.
                    Files.createLink(copy, path);
                } else {
                    Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    @Test
    void theFirstStartTellsWhatTakesLong() {
        assertThat(FIRST_START).hasSize(2);
        assertThat(FIRST_START.get(0)).startsWith("Unpacking PostgreSQL 17").contains(started.toString());
        assertThat(FIRST_START.get(1)).startsWith("Creating a PostgreSQL 17").contains(started.toString());
    }

    @Test
    void dataSurviveStopAndStart() throws Exception {
        try (EmbeddedPostgres postgres = start()) {
            execute(postgres.settings(), "CREATE TABLE note AS SELECT 'remember me' AS text");
            assertThat(postgres.settings().displayName()).matches("127\\.0\\.0\\.1:\\d+/git_memory");
        }
        try (EmbeddedPostgres postgres = start()) {
            assertThat(query(postgres.settings(), "SELECT text FROM note")).isEqualTo("remember me");
        }
        assertThat(progress).as("nothing to unpack, to create or to stop").isEmpty();
    }

    @Test
    void afterKillOfTheProcessTheServerItLeftIsStoppedAndCommittedDataAreThere() throws Exception {
        Process process = startProcess();
        String url;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            url = out.readLine();
            execute(settings(url), "CREATE TABLE note AS SELECT 'committed' AS text");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(query(settings(url), "SELECT text FROM note"))
                .as("kill -9 of the JVM leaves its PostgreSQL running")
                .isEqualTo("committed");

        try (EmbeddedPostgres postgres = start()) {
            assertThat(progress).singleElement().asString().contains("that an earlier run left behind");
            assertThat(query(postgres.settings(), "SELECT text FROM note")).isEqualTo("committed");
        }
    }

    @Test
    void aPidFileWhoseNumberNowBelongsToAnotherProgramDoesNotStopTheStart() throws Exception {
        start().close();
        long unrelated = ProcessHandle.current().pid();
        Files.writeString(
                folder.resolve("postgres/data/postmaster.pid"),
                unrelated + "\n" + folder.resolve("postgres/data") + "\n1\n5432\n\n127.0.0.1\n");
        try (EmbeddedPostgres postgres = start()) {
            assertThat(query(postgres.settings(), "SELECT 'up'")).isEqualTo("up");
        }
    }

    @Test
    void whatAnInterruptedFirstStartLeftIsThrownAway() throws Exception {
        Path postgres = folder.resolve("postgres");
        Path half = postgres.resolve("data-1-1");
        Files.move(postgres.resolve("data"), half);
        Files.delete(half.resolve("PG_VERSION"));
        Files.move(postgres.resolve("programs-" + PostgresBinaries.version()), postgres.resolve("programs-partial"));
        try (EmbeddedPostgres again = start()) {
            assertThat(query(again.settings(), "SELECT 'up'")).isEqualTo("up");
        }
        assertThat(half).doesNotExist();
    }

    @Test
    @EnabledIf(value = "isRoot", disabledReason = "only root can change to another account")
    void rootRunsItAsAnAccountWithoutRightsWhereUserNamespacesAreForbiddenAndAsItselfAgainWhereTheyAreNot()
            throws Exception {
        Path real = folder.toRealPath();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(real, Account.withoutRights(real), 0, progress::add)) {
            execute(postgres.settings(), "CREATE TABLE note AS SELECT 'as another account' AS text");
            assertThat(Files.getOwner(folder.resolve("postgres/data")).getName())
                    .isIn("postgres", "nobody");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as("that account passes through, others do not")
                    .isEqualTo("rwx--x---");
        }
        try (EmbeddedPostgres postgres = start()) {
            assertThat(query(postgres.settings(), "SELECT text FROM note")).isEqualTo("as another account");
        }
    }

    @Test
    @EnabledIf(value = "isRoot", disabledReason = "only root can change to another account")
    void rootIsToldOfAFolderThatTheOtherAccountCannotReach() throws Exception {
        Path hidden = Files.createDirectories(folder.toRealPath().resolve("private/data"));
        Files.setPosixFilePermissions(hidden.getParent(), PosixFilePermissions.fromString("rwx------"));
        assertThatThrownBy(() -> Account.withoutRights(hidden))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("may not enter " + hidden.getParent())
                .hasMessageContaining("--data-dir");
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    @Test
    void aFolderMayHaveSpacesAndOtherCharactersInItsName() throws Exception {
        Path awkward = folder.resolve("it's a folder");
        Files.createDirectory(awkward);
        Files.move(folder.resolve("postgres"), awkward.resolve("postgres"));
        Files.move(folder.resolve("pgpass"), awkward.resolve("pgpass"));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(awkward, 0, progress::add)) {
            assertThat(query(postgres.settings(), "SELECT 'up'")).isEqualTo("up");
        }
    }

    @Test
    void aFolderServesOneProcessAtATime() throws Exception {
        try (EmbeddedPostgres first = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data-dir");
            assertThat(query(first.settings(), "SELECT 'still up'")).isEqualTo("still up");
        }
    }

    @Test
    void aPortInUseIsNamedAndLeavesTheFolderFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(folder, taken.getLocalPort(), progress::add))
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("did not start on port " + taken.getLocalPort())
                    .hasMessageContaining("Address already in use");
        }
        start().close();
    }

    @Test
    void nobodyElseGetsIn() throws Exception {
        try (EmbeddedPostgres postgres = start()) {
            assertThatThrownBy(() ->
                            DriverManager.getConnection(postgres.settings().url(), "postgres", "guess"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(postgres.passwordFile())))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(postgres.passwordFile()))
                    .isEqualTo("*:*:*:postgres:" + postgres.settings().password() + "\n");
            assertThat(postgres.settings().toString())
                    .doesNotContain(String.valueOf(postgres.settings().password()));
        }
    }

    @Test
    void commitsAreDurable() throws Exception {
        try (EmbeddedPostgres postgres = start()) {
            assertThat(query(postgres.settings(), "SHOW fsync")).isEqualTo("on");
            assertThat(query(postgres.settings(), "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(query(postgres.settings(), "SHOW server_encoding")).isEqualTo("UTF8");
        }
    }

    private EmbeddedPostgres start() throws IOException, InterruptedException {
        return EmbeddedPostgres.start(folder, 0, progress::add);
    }

    private Process startProcess() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedPostgresProcess.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private DatabaseSettings settings(String url) throws IOException {
        return new DatabaseSettings(url, Password.USER, Password.read(folder));
    }

    private static void execute(DatabaseSettings settings, String sql) throws SQLException {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings settings, String sql) throws SQLException {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static Connection connect(DatabaseSettings settings) throws SQLException {
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }
}
