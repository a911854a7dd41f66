package dev.gitmemory.postgres;

import org.jdbi.v3.core.Handle;

/** One transaction's view of the tables. Valid inside the callback that received it, on its thread. */
public final class Tx {

    private final AgentTable agents;
    private final BlockTable blocks;
    private final BlockWrites blockWrites;
    private final Ledger ledger;
    private final Commits commits;
    private final Intents intents;
    private final RequestQueue requests;
    private final Tombstones tombstones;
    private final Reports reports;

    Tx(Handle handle, BlockColumns columns) {
        this.agents = new AgentTable(handle);
        this.blocks = new BlockTable(handle, columns);
        this.blockWrites = new BlockWrites(handle, columns);
        this.ledger = new Ledger(handle);
        this.commits = new Commits(handle);
        this.intents = new Intents(handle);
        this.requests = new RequestQueue(handle);
        this.tombstones = new Tombstones(handle);
        this.reports = new Reports(handle);
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
}
