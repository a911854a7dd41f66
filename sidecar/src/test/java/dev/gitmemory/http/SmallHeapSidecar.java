package dev.gitmemory.http;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;

/** The process of {@link SmallHeapTest}. Arguments: JDBC URL, user, store. Prints its port, and runs until it is killed. */
final class SmallHeapSidecar {

    private SmallHeapSidecar() {}

    public static void main(String[] args) throws IOException {
        Sidecar sidecar = Sidecar.start(new DatabaseSettings(args[0], args[1], null), Stores.open(args[2]), Steps.NONE);
        System.out.println(sidecar.http().port());
        System.out.flush();
    }
}
