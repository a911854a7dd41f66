package dev.gitmemory.store;

import java.io.IOException;

final class MemoryStoreTest extends ObjectStoreContract {

    @Override
    ObjectStore newStore() throws IOException {
        return Stores.open("memory:");
    }
}
