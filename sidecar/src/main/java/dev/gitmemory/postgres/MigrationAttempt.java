package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.output.MigrateOutput;

/** One try of a migration: what it looks up before its locks, and what it does with them. */
final class MigrationAttempt implements MigrationTransaction.Steps<MigrationReport> {

    private final Function<DataSource, Flyway> flyway;
    private final List<Defect> probed;
    private Grants before = Grants.NONE;
    private List<Defect> found = List.of();

    /**
     * @param flyway on a source of connections, with everything set
     * @param probed what PL/Java has said before, see {@link GuardProbe}
     */
    MigrationAttempt(Function<DataSource, Flyway> flyway, List<Defect> probed) {
        this.flyway = flyway;
        this.probed = probed;
    }

    /** The scripts that would run, in order. */
    static List<String> pending(Flyway flyway) {
        return Arrays.stream(flyway.info().pending())
                .map(MigrationInfo::getScript)
                .toList();
    }

    @Override
    public List<TableLock> locks(MigrationLocks locks, Connection connection) throws SQLException {
        before = Grants.of(connection);
        FlywayHistory history = new FlywayHistory(connection, on(connection));
        Optional<Defect> lost = history.defect();
        if (lost.isPresent()) {
            history.restart();
        }
        found = Stream.concat(lost.stream(), new InstalledState(connection).prepare(probed).stream())
                .toList();
        return locks.needed(pending(on(connection)));
    }

    @Override
    public MigrationReport run(Connection connection) throws SQLException {
        List<String> applied = on(connection).migrate().migrations.stream()
                .map(MigrationAttempt::script)
                .toList();
        InstalledGuard installed = InstalledGuard.of(connection)
                .orElseThrow(() -> new IllegalStateException("The migrations left no row in git_memory.installation"));
        List<Defect> left = new InstalledState(connection)
                .defects()
                .orElseThrow(() -> new IllegalStateException("The migrations left no git_memory.defects()"));
        return new MigrationReport(
                applied,
                installed,
                Optional.ofNullable(installed.advice()).stream().toList(),
                found.stream().filter(defect -> !left.contains(defect)).toList(),
                before.missingFrom(Grants.of(connection)),
                left);
    }

    private Flyway on(Connection connection) {
        return flyway.apply(new SingleTransaction(connection));
    }

    private static String script(MigrateOutput output) {
        String path = output.filepath.replace('\\', '/');
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
