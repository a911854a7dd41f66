package dev.gitmemory.guard;

/**
 * One memory block of one agent.
 *
 * @param sha the commit that git has for it; empty when git has none
 */
record Memory(String agent, String block, String label, String sha) {
    Memory withSha(String newSha) {
        return new Memory(agent, block, label, newSha);
    }
}
