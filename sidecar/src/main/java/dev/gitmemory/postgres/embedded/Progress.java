package dev.gitmemory.postgres.embedded;

/** Is told about steps that take seconds, so that nobody waits before a silent screen. */
@FunctionalInterface
public interface Progress {

    /**
     * Takes note of a step that begins now.
     *
     * @param step one sentence without a full stop
     */
    void report(String step);
}
