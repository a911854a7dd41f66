package dev.gitmemory.cli;

/** A program for the tests to stop: waits to be asked, then closes its resources in order. */
public final class StopSignalProcess {

    private StopSignalProcess() {}

    public static void main(String[] args) throws InterruptedException {
        try (StopSignal stop = StopSignal.install();
                Resource lower = new Resource("database");
                Resource upper = new Resource("server")) {
            System.out.println("waiting with " + lower.name() + " and " + upper.name());
            stop.await();
        }
    }

    private record Resource(String name) implements AutoCloseable {
        @Override
        public void close() {
            System.out.println("closed " + name);
        }
    }
}
