package dev.gitmemory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.embedded.TestCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first installation on a server, by a role that may neither create roles nor write into the database. */
class FirstInstallTest {

    @TempDir
    Path folder;

    @Test
    void everyLineThatIsPrintedForASuperuserIsRunAsPrintedAndThenMigrateGetsThrough() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder);
                Connection superuser = cluster.dataSource("postgres").getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("CREATE ROLE letta LOGIN");
            String[] arguments = {
                "migrate", "--create-tables", "--db-url", cluster.jdbcUrl("postgres"), "--db-user", "letta"
            };
            String[] dry = {
                "migrate", "--create-tables", "--dry-run", "--db-url", cluster.jdbcUrl("postgres"), "--db-user", "letta"
            };

            Cli.Run needed = Cli.run(arguments);

            assertThat(needed.exitCode()).isEqualTo(3);
            assertThat(needed.err())
                    .startsWith("git-memory migrate: letta lacks rights that migrating takes (")
                    .endsWith(
                            "; nothing was changed. A superuser runs this in this database; then run migrate again:\n")
                    .doesNotContain("ERROR");
            List<String> lines = needed.out().lines().toList();
            assertThat(lines)
                    .containsExactly(
                            "CREATE ROLE git_memory_owner NOLOGIN;",
                            "CREATE ROLE git_memory_sidecar NOLOGIN;",
                            "CREATE ROLE git_memory_admin NOLOGIN;",
                            "CREATE ROLE git_memory_reader NOLOGIN;",
                            "GRANT git_memory_owner TO letta;",
                            "GRANT CREATE ON DATABASE postgres TO letta;",
                            "GRANT CREATE ON SCHEMA public TO letta;");
            assertThat(Cli.run(dry)).isEqualTo(needed);

            for (String line : lines) {
                statement.execute(line);
            }
            assertThat(Cli.run(arguments).exitCode()).isZero();
            assertThat(Cli.run("migrate", "--check", "--db-url", cluster.jdbcUrl("postgres"), "--db-user", "letta")
                            .exitCode())
                    .isZero();
        }
    }
}
