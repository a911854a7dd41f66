package dev.gitmemory.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
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
            List<Defect> probed = probe();
            MigrationReport report = new MigrationTransaction(dataSource, tables, createTables, locks, progress)
                    .run(() -> new MigrationAttempt(source -> flyway(source, engine, tables), probed), keep);
            return keep ? report.withDefects(probe()) : report;
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
            MigratingRole.require(connection, names.orDefault());
            MissingRights missing = MissingRights.of(connection, names.orDefault(), wantedAsFarAsKnown(), createTables);
            if (missing.strangers() && !missing.remedies().isEmpty()) {
                throw new SuperuserNeededException(
                        "Objects of git-memory belong to a role that %s can't act for; nothing was changed"
                                .formatted(connection.getMetaData().getUserName()),
                        missing.remedies());
            }
            return names.in(connection);
        } catch (SQLException e) {
            throw DatabaseErrors.isMissingRight(e)
                    ? refused(guard == null ? GuardEngine.AUTO : guard, names.orDefault(), e)
                    : failure("look at", e);
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
                                    DatabaseErrors.messageOf(e).replaceFirst("; a superuser runs: .*", ""),
                                    missing.owners().isEmpty() ? "" : ". " + missing.owners()),
                    missing.remedies(),
                    e);
        } catch (SQLException second) {
            e.addSuppressed(second);
            return failure("migrate", e);
        }
    }

    private List<Defect> probe() throws SQLException {
        try (Connection connection = connect()) {
            return GuardProbe.ask(connection);
        }
    }

    /**
     * Whether git-memory is installed, in whatever version and state.
     *
     * @throws SuperuserNeededException if it is, in a schema of another name
     * @throws MigrationException if the database cannot be read
     */
    public boolean isInstalled() {
        try (Connection connection = connect()) {
            return InstalledGuard.isThereAny(connection);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    /**
     * Compares what is installed with what has to be; changes nothing.
     *
     * @return what differs, scripts that are pending first; empty for a sound database
     * @throws SuperuserNeededException if the role, who may migrate, has no right to look
     * @throws MigrationException if the database cannot be read
     */
    public List<Defect> defects() {
        List<Defect> defects = new ArrayList<>();
        try (Connection connection = connect()) {
            if (!new InstalledState(connection).isHistoryReadable()) {
                requireOwners();
            }
        } catch (SQLException e) {
            throw failure("look at", e);
        }
        List<String> pending = pending();
        try (Connection connection = connect()) {
            Optional<Defect> lost = new FlywayHistory(connection, flyway(dataSource, wanted(), tables())).defect();
            lost.ifPresent(defects::add);
            for (String script : pending) {
                if (lost.isEmpty() || !lost.get().state().contains(script)) {
                    defects.add(new Defect("SCRIPT " + script, "pending", null));
                }
            }
            new InstalledState(connection)
                    .defects()
                    .ifPresentOrElse(
                            defects::addAll,
                            () -> defects.add(new Defect(
                                    "ROUTINE git_memory.defects()",
                                    "missing, or not to be called by this role, so the rest was not compared",
                                    null)));
            defects.addAll(GuardProbe.ask(connection));
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
            return MigrationAttempt.pending(flyway(dataSource, wanted(), tables()));
        } catch (FlywayException e) {
            throw failure("look at", e);
        }
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
            List<String> pending = MigrationAttempt.pending(flyway(dataSource, engine, tables));
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
            return InstalledGuard.of(connection);
        } catch (SQLException e) {
            throw failure("look at", e);
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = dataSource.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(SessionSettings.MIGRATING);
            RenamedSchema.refuse(connection);
            return connection;
        } catch (SQLException | SuperuserNeededException e) {
            connection.close();
            throw e;
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

    /** As {@link #wanted}, for a role that may not have the right to read what is installed. */
    private GuardEngine wantedAsFarAsKnown() {
        try {
            return wanted();
        } catch (MigrationException e) {
            if (DatabaseErrors.isMissingRight(e)) {
                return GuardEngine.AUTO; // the right to read it is among what is missing
            }
            throw e;
        }
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

    private static MigrationException failure(String verb, Exception e) {
        return new MigrationException("Cannot " + verb + " the database: " + Failures.explain(e), e);
    }
}
