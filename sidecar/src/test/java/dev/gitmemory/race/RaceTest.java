package dev.gitmemory.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Transactions of an application and an operation of a sidecar, in every order of their steps and at every isolation level:
 * afterwards the rows of every enabled agent are what git says, whatever became of the transactions; what the sidecar has
 * acknowledged is there; no row was made that belongs to nobody, and none carries a commit without an enabled agent.
 *
 * <p>Each transaction meets each operation that has to do with it, at every point of the operation. Pairs are made of those
 * transactions only that change a fact by which others are judged, or write what another may have made somebody's
 * ({@link Transaction#isDangerous}): a third session can only do harm by coming between a fact and a write. And the operation
 * stops only where it holds locks: what it reads before is read again under them.
 *
 * <p>The full size takes hours: {@code -Dgit-memory.race.every=1}. Without that only every so many orders are run, in which
 * a session whose turn comes while it waits loses it. With {@code -Dgit-memory.race.stops=REGEX} operations stop only at points
 * that it finds, which makes all orders few enough to be run: {@code 'ROWS_WRITTEN|UNTAGGED|STORED'}.
 * {@code -Dgit-memory.race.only=REGEX} runs all orders of the games whose names it finds, as failures print them: {@code 'write copy [+] move to copy | WRITE'}.
 */
class RaceTest {

    private static final int LANES = Integer.getInteger("git-memory.race.lanes", 2);
    private static final String ONLY = System.getProperty("git-memory.race.only", "");

    private static EmbeddedDatabase database;

    @BeforeAll
    static void migrate() throws SQLException {
        database = EmbeddedDatabase.migrated();
        Deadlocks.areFoundSoon(database);
    }

    @Test
    void aTransactionAndAnOperation() throws Exception {
        List<Game> games = new ArrayList<>();
        for (Transaction transaction : Transaction.ALL) {
            add(games, List.of(transaction), false);
        }
        race("one transaction and one operation", games, 250);
    }

    @Test
    void twoTransactionsAndAnOperation() throws Exception {
        List<Transaction> dangerous = Transaction.dangerous();
        List<Game> games = new ArrayList<>();
        for (int one = 0; one < dangerous.size(); one++) {
            for (int two = one; two < dangerous.size(); two++) {
                add(games, List.of(dangerous.get(one), dangerous.get(two)), true);
            }
        }
        race("two transactions and one operation", games, 4000);
    }

    private static void add(List<Game> games, List<Transaction> transactions, boolean isCoarse) {
        for (Operation operation : Operation.values()) {
            for (Level level : Level.values()) {
                Game game = new Game(transactions, operation, level, isCoarse);
                if (game.isOne()) {
                    games.add(game);
                }
            }
        }
    }

    private static void race(String title, List<Game> all, int every) throws Exception {
        Predicate<String> named = Pattern.compile(ONLY).asPredicate();
        List<Game> games =
                all.stream().filter(game -> named.test(game.toString())).toList();
        assertThat(games).as("%s: games named like '%s'", title, ONLY).isNotEmpty();
        int step = ONLY.isEmpty() ? Integer.getInteger("git-memory.race.every", every) : 1;
        Tally tally = new Tally();
        long began = System.nanoTime();
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Callable<Void>> lanes = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                lanes.add(() -> {
                    try (Lane own = new Lane(database)) {
                        for (int i = next.getAndIncrement(); i < games.size(); i = next.getAndIncrement()) {
                            race(own, games.get(i), i, step, tally);
                            progress(i + 1, games.size(), tally);
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> lane : threads.invokeAll(lanes)) {
                lane.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println(
                tally.report("%s, %d games, every %d".formatted(title, games.size(), step), System.nanoTime() - began));
        assertThat(tally.violations()).isEmpty();
    }

    private static void progress(int games, int of, Tally tally) {
        if (games % 50 == 0) {
            System.out.printf(
                    "%d of %d games, %d interleavings, %d violations%n", games, of, tally.runs(), tally.violated());
        }
    }

    /** @param number makes it another order for each game */
    private static void race(Lane lane, Game game, int number, int every, Tally tally) {
        int orders = lane.orders(game);
        tally.exist(orders);
        if (every == 1) {
            lane.run(game, tally);
            return;
        }
        for (int order = number * 7 % every; order < orders; order += every) {
            lane.run(game, order, tally);
        }
    }
}
