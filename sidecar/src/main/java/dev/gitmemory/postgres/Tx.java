package dev.gitmemory.postgres;

import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** One transaction's view of the tables. Valid inside the callback that received it, on its thread. */
public final class Tx {

    private static final String BEFORE_LOCKS = "before_locks";

    private final Handle handle;
    private final AgentTable agents;
    private final BlockTable blocks;
    private final BlockWrites blockWrites;
    private final Ledger ledger;
    private final Commits commits;
    private final Intents intents;
    private final RequestQueue requests;
    private final Tombstones tombstones;
    private final Reports reports;
    private final Installation installation;

    Tx(Handle handle, BlockColumns columns) {
        this.handle = handle;
        this.agents = new AgentTable(handle);
        this.blocks = new BlockTable(handle, columns);
        this.blockWrites = new BlockWrites(handle, columns);
        this.ledger = new Ledger(handle);
        this.commits = new Commits(handle);
        this.intents = new Intents(handle);
        this.requests = new RequestQueue(handle);
        this.tombstones = new Tombstones(handle);
        this.reports = new Reports(handle);
        this.installation = new Installation(handle);
    }

    /**
     * Takes several locks, all of them or none: where one can't be had in time, those that were taken before are let go, so
     * that whoever holds it may have them.
     *
     * @param timeout how long to wait for each, a millisecond or more
     * @param locks takes them and changes nothing
     * @return whether they are held, until the end of the transaction
     */
    public boolean lock(Duration timeout, Runnable locks) {
        handle.savepoint(BEFORE_LOCKS);
        String before = handle.createQuery("SELECT current_setting('lock_timeout')")
                .mapTo(String.class)
                .one();
        try {
            setLockTimeout(timeout.toMillis() + "ms");
            locks.run();
            setLockTimeout(before);
            handle.releaseSavepoint(BEFORE_LOCKS);
            return true;
        } catch (JdbiException e) {
            if (!DatabaseErrors.isLockTimeout(e)) {
                throw e;
            }
            handle.rollbackToSavepoint(BEFORE_LOCKS);
            return false;
        }
    }

    private void setLockTimeout(String value) {
        handle.createQuery("SELECT set_config('lock_timeout', :value, true)")
                .bind("value", value)
                .mapTo(String.class)
                .one();
    }

    public AgentTable agents() {
        return agents;
    }

    public BlockTable blocks() {
        return blocks;
    }

    public BlockWrites blockWrites() {
        return blockWrites;
    }

    public Ledger ledger() {
        return ledger;
    }

    public Commits commits() {
        return commits;
    }

    public Intents intents() {
        return intents;
    }

    public RequestQueue requests() {
        return requests;
    }

    public Tombstones tombstones() {
        return tombstones;
    }

    public Reports reports() {
        return reports;
    }

    public Installation installation() {
        return installation;
    }
}
