package dev.gitmemory.race;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.ForwardingStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A sidecar without a server and without anything that it does by itself, two sessions of an application, and who watches
 * them. Races in one lane come one after the other; several lanes may share a database. Used by one thread.
 */
final class Lane implements AutoCloseable {

    private static final AtomicLong NUMBER = new AtomicLong();

    /** What operations pass, learned from watching each of them alone. */
    private static final Map<Operation, List<String>> POINTS = new ConcurrentHashMap<>();

    /** A purge has no points of its own: it is held at the first object that it writes. */
    private static final String STORED = "STORED";

    /** In pairs: where locks are held, and before what is written under them is committed. */
    private static final Pattern STOPS = Pattern.compile(System.getProperty("git-memory.race.stops", ""));

    private static final Set<String> COARSE = Set.of("LOCKED", "ROWS_WRITTEN", "TAGGED", "UNTAGGED", STORED);

    private final Bell bell = new Bell();
    private final Connection admin;
    private final Connection app;
    private final List<SqlPlayer> applications;
    private final OperationPlayer operation;
    private final ObjectStore store;
    private final Database database;
    private final MemoryRepositories repositories;
    private final GitMemory memory;
    private final Check check;
    private final Race race;

    Lane(EmbeddedDatabase shared) throws SQLException, IOException {
        this.admin = shared.dataSource().getConnection();
        String application = shared.role();
        this.app = shared.dataSource(application).getConnection();
        this.applications = List.of(
                new SqlPlayer("one", shared.dataSource(application).getConnection(), bell),
                new SqlPlayer("two", shared.dataSource(application).getConnection(), bell));
        DatabaseSettings settings = shared.sidecarSettings();
        this.operation = new OperationPlayer(Objects.requireNonNull(settings.user()), bell);
        this.store = new ForwardingStore(Stores.open("memory:")) {
            @Override
            public Created create(String key, byte[] content) throws IOException {
                operation.reached(STORED);
                return super.create(key, content);
            }
        };
        this.database = Database.connect(settings, TableNames.DEFAULT);
        this.repositories = new MemoryRepositories(store, Clock.systemUTC(), CommitKeys.read(database));
        this.memory =
                new GitMemory(database, repositories, Clock.systemUTC(), (step, id) -> operation.reached(step.name()));
        this.check = new Check(admin, memory, repositories);
        this.race = new Race(new Waits(shared.dataSource().getConnection()), bell);
    }

    MemoryRepositories repositories() {
        return repositories;
    }

    /** Runs all of a game's orders, or, for a list, those. */
    void run(Game game, Tally tally) {
        race.all(
                kinds(game),
                () -> begin(game),
                (run, order, repeats) -> end(game, (Begun) run.setting(), run, order, repeats, tally));
    }

    void run(Game game, int order, Tally tally) {
        race.one(
                kinds(game),
                order,
                () -> begin(game),
                (run, same, repeats) -> end(game, (Begun) run.setting(), run, same, repeats, tally));
    }

    int orders(Game game) {
        return Race.orders(kinds(game));
    }

    private List<List<Step.Kind>> kinds(Game game) {
        List<List<Step.Kind>> kinds = new ArrayList<>();
        for (Transaction transaction : game.transactions()) {
            kinds.add(Script.sql("", game.level(), transaction.statements()).steps().stream()
                    .map(Step::kind)
                    .toList());
        }
        kinds.add(OperationPlayer.kinds(points(game).size()));
        return kinds;
    }

    private List<String> points(Game game) {
        List<String> all = POINTS.get(game.operation());
        if (all == null) {
            all = watch(game.operation());
            POINTS.put(game.operation(), all);
        }
        return all.stream()
                .filter(point -> !game.isCoarse() || COARSE.contains(point))
                .filter(STOPS.asPredicate())
                .toList();
    }

    private List<String> watch(Operation watched) {
        Game alone = new Game(List.of(), watched, Level.READ_COMMITTED, false);
        Tally tally = new Tally();
        List<String> points = new ArrayList<>();
        race.one(List.of(OperationPlayer.kinds(0)), 0, () -> begin(alone, List.of()), (run, order, repeats) -> {
            points.addAll(operation.seen());
            end(alone, (Begun) run.setting(), run, order, repeats, tally);
        });
        if (!tally.violations().isEmpty() || !operation.isAcknowledged()) {
            throw new AssertionError(watched + " by itself: " + operation.outcome() + " " + tally.violations());
        }
        if (watched != Operation.PURGE) {
            points.remove(STORED);
        }
        return List.copyOf(points);
    }

    /** What the end of a race has to know of its beginning. */
    private record Begun(Cast cast, Set<String> marks) {}

    private Race.Run begin(Game game) {
        return begin(game, points(game));
    }

    private Race.Run begin(Game game, List<String> points) {
        try {
            Cast cast = Cast.make(NUMBER.incrementAndGet(), game.names(), app, memory);
            game.operation().prepare(this, cast);
            Trace trace = new Trace();
            List<Player> players = new ArrayList<>();
            for (int i = 0; i < game.transactions().size(); i++) {
                players.add(applications.get(i).plays(game.transactions().get(i).script(game.level(), cast), trace));
            }
            players.add(operation.plays(
                    game.operation().name(), points, () -> game.operation().run(memory, cast), trace));
            return new Race.Run(players, trace, new Begun(cast, marks(game, cast)));
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("No world for " + game, e);
        }
    }

    /** What rows may carry in git_sha although they do not owe it, since an application has written it there by itself. */
    private Set<String> marks(Game game, Cast cast) throws SQLException {
        Set<String> marks = new HashSet<>(game.names().contains("c") ? check.marks(cast) : Set.of());
        if (game.transactions().stream().anyMatch(Transaction::marksByItself)) {
            marks.add(cast.id("n") + " pending"); // no commit: a plain row that is marked is judged, and that is all
        }
        return marks;
    }

    private void end(Game game, Begun begun, Race.Run run, int order, boolean repeats, Tally tally) {
        try {
            tally.count(
                    game.toString(),
                    order,
                    run,
                    repeats,
                    check.violations(begun.cast(), game.level(), begun.marks(), game.operation(), operation));
            for (String agent : Cast.agents(game.names())) {
                forget(begun.cast().repository(agent));
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("Can't look at what came of " + game, e);
        }
    }

    private void forget(RepoId id) throws IOException {
        repositories.forget(id);
        for (ObjectStore.Entry entry : store.list(id.prefix(), "", 1000)) {
            store.delete(entry.key());
        }
    }

    @Override
    public void close() throws SQLException {
        for (SqlPlayer player : applications) {
            player.close();
        }
        operation.close();
        repositories.close();
        database.close();
        app.close();
        admin.close();
    }
}
