package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.output.MigrateOutput;
import org.jspecify.annotations.Nullable;

/**
 * Installs git-memory in a database, and says what is installed.
 *
 * <p>The scripts are plain Flyway; this class gives them their placeholders, keeps Flyway's history in the schema
 * {@code git_memory} (an application may have a history of its own), and runs all that is pending in one transaction,
 * Flyway's own tables included. Safe for use by several processes at once: one waits for the other, as for any lock.
 */
public final class Migrations {
    /** The schema of everything that git-memory creates, except the column and the triggers. */
    public static final String SCHEMA = "git_memory";

    /** Flyway's own users get the comparison at the end of a migration as an error: afterMigrate.sql. */
    private static final String COMPARES_ITSELF = "; SET git_memory.compares_itself = 'on'";

    private static final String LOCATION = "classpath:db/migration";

    private final DataSource dataSource;
    private final GivenTableNames names;
    private final @Nullable GuardEngine guard;
    private final boolean createTables;
    private final LockSettings locks;
    private final Consumer<String> progress;

    /**
     * Prepares migrations; connects to nothing yet.
     *
     * @param dataSource a database, and a role that owns the application's tables and may create a schema; unpooled, for
     *     its connections get another search_path
     * @param names what the application's tables are called, as far as that is not known from the installation
     * @param guard the engine to install; null keeps what was asked for last time, and means {@link GuardEngine#AUTO}
     *     the first time
     */
    public Migrations(DataSource dataSource, GivenTableNames names, @Nullable GuardEngine guard) {
        this(dataSource, names, guard, false, LockSettings.DEFAULT, line -> {});
    }

    /** As the other one, with all names given. */
    public Migrations(DataSource dataSource, TableNames tables, @Nullable GuardEngine guard) {
        this(dataSource, GivenTableNames.all(tables), guard);
    }

    private Migrations(
            DataSource dataSource,
            GivenTableNames names,
            @Nullable GuardEngine guard,
            boolean createTables,
            LockSettings locks,
            Consumer<String> progress) {
        this.dataSource = dataSource;
        this.names = names;
        this.guard = guard;
        this.createTables = createTables;
        this.locks = locks;
        this.progress = progress;
    }

    /** {@return the same migrations, which make the application's tables where there are none instead of refusing} */
    public Migrations creatingTables() {
        return new Migrations(dataSource, names, guard, true, locks, progress);
    }

    /**
     * Bounds the waits for locks by other settings than {@link LockSettings#DEFAULT}.
     *
     * @param progress gets a sentence after each try that did not get its locks: who holds them
     * @return the same migrations otherwise
     */
    public Migrations waitingForLocks(LockSettings locks, Consumer<String> progress) {
        return new Migrations(dataSource, names, guard, createTables, locks, progress);
    }

    /**
     * Runs what is pending, in one transaction; where what is installed is not as it has to be, every script that can run
     * twice, whatever Flyway remembers of it.
     *
     * @throws SuperuserNeededException if the role lacks rights that others have to give it; nothing was changed
     * @throws OtherTablesException if git-memory is installed for other tables than those given
     * @throws MigrationException if a script fails, locks can't be had in time, or the application's tables are not
     *     there; the database is as it was
     */
    public MigrationReport migrate() {
        return run(true);
    }

    private MigrationReport run(boolean keep) {
        TableNames tables = requireOwners();
        GuardEngine engine = wanted();
        try {
            return new MigrationTransaction(dataSource, tables, createTables, locks, progress)
                    .run(() -> new Attempt(engine, tables), keep);
        } catch (FlywayException | SQLException e) {
            throw refused(engine, tables, e);
        }
    }

    /**
     * Looks up the tables' names, and makes sure that the role may change all that is ours.
     *
     * @throws SuperuserNeededException with what a superuser has to run before
     */
    private TableNames requireOwners() {
        try (Connection connection = connect()) {
            MissingRights missing = MissingRights.of(
                    connection, names.orDefault(), guard == null ? GuardEngine.AUTO : guard, createTables);
            if (missing.strangers() && !missing.remedies().isEmpty()) {
                throw new SuperuserNeededException(
                        "Objects of git-memory belong to a role that %s can't act for; nothing was changed"
                                .formatted(connection.getMetaData().getUserName()),
                        missing.remedies());
            }
            return names.in(connection);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    /** Where rights were missing all that are missing are told at once, and not only those that were met first. */
    private MigrationException refused(GuardEngine engine, TableNames tables, Exception e) {
        boolean isRight = DatabaseErrors.isMissingRight(e)
                || (engine == GuardEngine.PLJAVA && DatabaseErrors.isNotSupported(e)); // PL/Java is not to be had
        if (!isRight) {
            return failure("migrate", e);
        }
        try (Connection connection = connect()) {
            MissingRights missing = MissingRights.of(connection, tables, engine, createTables);
            if (missing.remedies().isEmpty() && missing.owners().isEmpty()) {
                return failure("migrate", e);
            }
            return new SuperuserNeededException(
                    "%s lacks rights that migrating takes (%s); nothing was changed%s"
                            .formatted(
                                    connection.getMetaData().getUserName(),
                                    DatabaseErrors.messageOf(e),
                                    missing.owners().isEmpty() ? "" : ". " + missing.owners()),
                    missing.remedies(),
                    e);
        } catch (SQLException second) {
            e.addSuppressed(second);
            return failure("migrate", e);
        }
    }

    /** One try: what it looks up before its locks, and what it does with them. */
    private final class Attempt implements MigrationTransaction.Steps<MigrationReport> {
        private final GuardEngine engine;
        private final TableNames tables;
        private Grants before = Grants.NONE;
        private List<Defect> found = List.of();

        Attempt(GuardEngine engine, TableNames tables) {
            this.engine = engine;
            this.tables = tables;
        }

        @Override
        public List<TableLock> locks(MigrationLocks locks, Connection connection) throws SQLException {
            before = Grants.of(connection);
            found = new InstalledState(connection).prepare();
            return locks.needed(pending(flyway(new SingleTransaction(connection), engine, tables)));
        }

        @Override
        public MigrationReport run(Connection connection) throws SQLException {
            List<String> applied =
                    flyway(new SingleTransaction(connection), engine, tables).migrate().migrations.stream()
                            .map(Migrations::script)
                            .toList();
            InstalledGuard installed = installed(connection)
                    .orElseThrow(
                            () -> new IllegalStateException("The migrations left no row in git_memory.installation"));
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
    }

    /**
     * Whether git-memory is installed, in whatever version and state.
     *
     * @throws MigrationException if the database cannot be read
     */
    public boolean isInstalled() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            return exists(statement);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    /**
     * Compares what is installed with what has to be; changes nothing.
     *
     * @return what differs, scripts that are pending first; empty for a sound database
     * @throws MigrationException if the database cannot be read
     */
    public List<Defect> defects() {
        List<Defect> defects = new ArrayList<>();
        for (String script : pending()) {
            defects.add(new Defect("SCRIPT " + script, "pending", null));
        }
        try (Connection connection = connect()) {
            new InstalledState(connection)
                    .defects()
                    .ifPresentOrElse(
                            defects::addAll,
                            () -> defects.add(new Defect(
                                    "ROUTINE git_memory.defects()",
                                    "missing, or not to be called by this role, so the rest was not compared",
                                    null)));
            return defects;
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    /**
     * Lists the scripts that {@link #migrate} would run, in order; empty when the database is up to date.
     *
     * @throws MigrationException if the database cannot be read
     */
    public List<String> pending() {
        try {
            return pending(flyway(dataSource, wanted(), tables()));
        } catch (FlywayException e) {
            throw failure("look at", e);
        }
    }

    private static List<String> pending(Flyway flyway) {
        return Arrays.stream(flyway.info().pending())
                .map(MigrationInfo::getScript)
                .toList();
    }

    /**
     * Says what {@link #migrate} would change, and whether it would be refused; changes nothing. It migrates and rolls back,
     * with the same locks.
     *
     * @throws SuperuserNeededException if the role lacks rights that others have to give it
     * @throws MigrationException if the database cannot be read
     */
    public MigrationPreview preview() {
        TableNames tables = requireOwners();
        GuardEngine engine = wanted();
        try (Connection connection = connect()) {
            List<String> pending = pending(flyway(dataSource, engine, tables));
            List<String> changes = new Previewer(connection, tables).changes(pending, engine);
            try {
                return new MigrationPreview(pending, changes, run(false), null);
            } catch (SuperuserNeededException e) { // says all there is to say
                throw e;
            } catch (MigrationException refusal) { // is part of the answer
                return new MigrationPreview(pending, changes, null, refusal);
            }
        } catch (FlywayException | SQLException e) {
            throw failure("look at", e);
        }
    }

    /**
     * Takes everything away that migrations made, except the application's tables and what is in them, roles, and what
     * the object storage holds. Waits for locks as {@link #migrate} does.
     *
     * @param dropColumn whether the column {@code git_sha} goes, too
     * @param dropDependents whether what others have made that stands on git-memory's objects goes, too; else it is refused
     * @return what is left for a DBA to do, in whole sentences
     * @throws MigrationException if nothing is installed, locks can't be had in time, or the database refuses; it is as it was
     */
    public List<String> uninstall(boolean dropColumn, boolean dropDependents) {
        return uninstall(dropColumn, dropDependents, true);
    }

    /** As {@link #uninstall}, and takes it back. */
    public List<String> previewUninstall(boolean dropColumn, boolean dropDependents) {
        return uninstall(dropColumn, dropDependents, false);
    }

    private List<String> uninstall(boolean dropColumn, boolean dropDependents, boolean keep) {
        try {
            if (!isInstalled()) {
                throw new MigrationException(
                        "git-memory is not installed in this database. A column git_sha that an earlier uninstall left"
                                + " in the table of blocks goes with ALTER TABLE ... DROP COLUMN git_sha");
            }
            // The installation itself knows what the tables are called.
            return new MigrationTransaction(dataSource, tables(), false, locks, progress)
                    .run(() -> new Uninstall(dropColumn, dropDependents), keep);
        } catch (SQLException e) {
            throw failure("uninstall git-memory from", e);
        }
    }

    /**
     * Looks up the installed guard; empty when nothing is installed.
     *
     * @throws MigrationException if the database cannot be read
     */
    public Optional<InstalledGuard> installed() {
        try (Connection connection = connect()) {
            return installed(connection);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    private static Optional<InstalledGuard> installed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!exists(statement)) {
                return Optional.empty();
            }
            try (ResultSet row = statement.executeQuery(
                    "SELECT guard_requested, guard_engine, guard_reason, guard_version, guard_advice"
                            + " FROM git_memory.installation WHERE guard_engine IS NOT NULL")) {
                return row.next()
                        ? Optional.of(new InstalledGuard(
                                GuardEngine.ofSetting(row.getString(1)),
                                GuardEngine.ofSetting(row.getString(2)),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5)))
                        : Optional.empty();
            }
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = dataSource.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(SessionSettings.MIGRATING);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static boolean exists(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT to_regclass('git_memory.installation') IS NOT NULL")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /**
     * The names of the application's tables: those that were given, and of the others those that git-memory was installed
     * with.
     *
     * @throws OtherTablesException if it is installed for others than those given
     * @throws MigrationException if the database cannot be read
     */
    public TableNames tables() {
        try (Connection connection = connect()) {
            return names.in(connection);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    private GuardEngine wanted() {
        return guard != null
                ? guard
                : installed().map(InstalledGuard::requested).orElse(GuardEngine.AUTO);
    }

    private Flyway flyway(DataSource source, GuardEngine engine, TableNames tables) {
        Map<String, String> placeholders = new HashMap<>(tables.placeholders());
        placeholders.put("guard", engine.setting());
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(source)
                .lockRetryCount(0) // another Flyway: not to be waited for with locks in hand
                .locations(LOCATION)
                .initSql(SessionSettings.MIGRATING + COMPARES_ITSELF)
                .defaultSchema(SCHEMA)
                .placeholders(placeholders)
                .group(true)
                .load();
    }

    private static String script(MigrateOutput output) {
        String path = output.filepath.replace('\\', '/');
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static MigrationException failure(String verb, Exception e) {
        return new MigrationException("Cannot " + verb + " the database: " + Failures.explain(e), e);
    }
}
