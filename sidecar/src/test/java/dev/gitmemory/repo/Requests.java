package dev.gitmemory.repo;

import dev.gitmemory.store.CountingStore;

/** How many requests reached a store, by kind. */
record Requests(long creates, long reads, long lists) {

    /** Those since the last call. */
    static Requests take(CountingStore store) {
        Requests requests = new Requests(store.creates(), store.reads(), store.lists());
        store.reset();
        return requests;
    }
}
