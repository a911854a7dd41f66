package dev.gitmemory.service;

import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import java.io.IOException;

/** Makes sure that a repository is the one that PostgreSQL knows, before anything is built on it. */
final class Heads {

    private Heads() {}

    /**
     * The head, no older than what PostgreSQL equals. Asks the object storage only where this process has not read that
     * far.
     *
     * @param appliedSeq the log entry that the rows equal, 0 before the first
     * @throws MemoryException if the log is empty or ends before it: the object storage was emptied, restored to an
     *     older state, or is another one. Nothing is made anew over people's history.
     */
    static Head require(MemoryRepository repository, String agentId, long appliedSeq) throws IOException {
        Head head = repository.head();
        if (head == null || head.entry() < appliedSeq) {
            head = repository.refresh();
        }
        if (head == null) {
            throw MemoryException.conflict(
                    "Agent %s is git's, but the object storage has no repository for it. Check the setting store, or restore its objects; nothing was changed."
                            .formatted(agentId));
        }
        if (head.entry() < appliedSeq) {
            throw MemoryException.conflict(
                    "Agent %s: PostgreSQL equals entry %d of the log, but the object storage ends at entry %d. Restore its newer objects; nothing was changed."
                            .formatted(agentId, appliedSeq, head.entry()));
        }
        return head;
    }
}
