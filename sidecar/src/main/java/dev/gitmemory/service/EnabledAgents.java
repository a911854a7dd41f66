package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.Ledger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Every enabled agent, in the order of their ids and some at a time, to be compared with git. Whoever goes through them
 * keeps the last one's id, and may go on after it. Thread-safe.
 */
public final class EnabledAgents {

    /** How many are compared before {@link #next} returns. */
    static final int BATCH = 32;

    private final Database database;

    EnabledAgents(Database database) {
        this.database = database;
    }

    /**
     * An agent that was compared.
     *
     * @param differences what differed
     * @param failure why it could not be compared; "" when it was
     */
    public record Compared(String agentId, List<Difference> differences, String failure) {}

    /** How many there are now. */
    public long count() {
        return database.inTransaction(tx -> tx.ledger().countEnabled());
    }

    /** How many commits of an agent PostgreSQL has had so far; 0 if it knows nothing of its repository. */
    public long appliedCommits(String agentId) {
        return database.inTransaction(tx -> tx.ledger().repo(agentId))
                .map(Ledger.Repo::commits)
                .orElse(0L);
    }

    /**
     * Compares the next ones; one that fails holds up no other.
     *
     * @param after the id after which they come; "" for the first
     * @param compare what is done with each
     * @param threads on which; the call returns when all of them are done
     * @return in the order of their ids; empty when there are no more
     * @throws DatabaseUnavailableException if PostgreSQL is down
     */
    public List<Compared> next(String after, Function<String, List<Difference>> compare, Executor threads) {
        List<CompletableFuture<Compared>> running =
                database.inTransaction(tx -> tx.ledger().enabledAfter(after, BATCH)).stream()
                        .map(agent -> CompletableFuture.supplyAsync(() -> compare(agent, compare), threads))
                        .toList();
        try {
            return running.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof DatabaseUnavailableException down ? down : e;
        }
    }

    private static Compared compare(String agentId, Function<String, List<Difference>> compare) {
        try {
            return new Compared(agentId, compare.apply(agentId), "");
        } catch (DatabaseUnavailableException e) {
            throw e; // not this agent's
        } catch (RuntimeException e) {
            return new Compared(agentId, List.of(), String.valueOf(e.getMessage()));
        }
    }
}
