package dev.gitmemory.store;

import java.io.IOException;
import java.time.Duration;

/**
 * Opens {@code gs://bucket} in a process of its own, whose environment a test decides about, at the address that is given,
 * and tells what came of it.
 */
final class GcsOpening {

    private GcsOpening() {}

    public static void main(String[] args) {
        StoreSettings settings = new StoreSettings(
                "gs://bucket",
                4,
                Duration.ofSeconds(20),
                Duration.ZERO,
                Duration.ofMinutes(1),
                args.length == 0 ? null : args[0]);
        try (ObjectStore store = Stores.open(settings)) {
            System.out.println("opened " + store.uri());
        } catch (IOException | LinkageError e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
