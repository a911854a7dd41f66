package dev.gitmemory.cli;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.GivenTableNames;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import dev.gitmemory.repo.PathPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code git-memory bench sql}: a write by SQL procedure next to one over HTTP and to a plain UPDATE. */
@Command(
        name = "sql",
        description = {
            "How long a write takes: CALL git_memory.write_block, the same over HTTP, and a plain UPDATE of a row of an"
                    + " agent without the tag.",
            "",
            "One caller, one write after the other; the three take turns, so that whatever else this machine does"
                    + " strikes all. Everything is durable (fsync): PostgreSQL, embedded, and the repository, in a folder.",
            ""
        })
final class BenchSqlCommand implements CliCommand {

    @Option(
            names = "--writes",
            paramLabel = "N",
            defaultValue = "400",
            description = "Writes of each kind, at least 100. Default: 400.")
    int writes;

    @Option(
            names = "--work-dir",
            paramLabel = "FOLDER",
            description =
                    "Folder on the disk to measure. What the run makes in it stays. Default: a new temporary folder.")
    @Nullable
    Path workDir;

    @Override
    public void check(Problems problems) {
        if (writes < 100) {
            problems.add("--writes must be 100 or more, is " + writes);
        }
    }

    @Override
    public ExitCode run(Console console) throws Exception {
        EmbeddedOptions embedded = new EmbeddedOptions();
        embedded.dataDir = workDir == null ? Files.createTempDirectory("git-memory-bench") : workDir;
        ServerOptions server = new ServerOptions();
        server.listen = new ListenAddress("127.0.0.1", 0);
        console.out().println("Folder: " + embedded.dataDir);
        try (EmbeddedPostgres postgres = ServeCommand.startEmbedded(console, embedded, GivenTableNames.NONE);
                Serving serving = Serving.start(
                        Database.connect(postgres.settings(), TableNames.DEFAULT),
                        new StoreOptions(),
                        embedded.dataDir,
                        PathPolicy.PORTABLE,
                        server,
                        true);
                SqlBench bench = SqlBench.open(postgres.settings(), serving)) {
            console.out()
                    .println("Each write changes one line of one of %d blocks of %d bytes."
                            .formatted(SqlBench.BLOCKS, SqlBench.BLOCK_BYTES));
            console.err().println("Warming up ...");
            bench.measure(100);
            console.err().println("Measuring ...");
            bench.measure(writes).print(console.out());
        }
        return ExitCode.OK;
    }
}
