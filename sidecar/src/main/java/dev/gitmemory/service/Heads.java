package dev.gitmemory.service;

import dev.gitmemory.log.CorruptLogException;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.RepoId;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes sure that a repository is the one that PostgreSQL knows, before anything is built on it. */
final class Heads {

    private Heads() {}

    /**
     * An agent's repository. Where what this process has read of it lacks the commit that PostgreSQL equals, and reading on
     * does not help, it is read anew: another process may have gone on from the rows after entries were lost.
     *
     * @param appliedSha the commit that the rows equal, null before the first
     * @throws IOException if it can't be read
     */
    static MemoryRepository open(MemoryRepositories repositories, RepoId id, @Nullable String appliedSha)
            throws IOException {
        MemoryRepository repository = repositories.open(id);
        if (appliedSha == null || repository.hasCommit(appliedSha) || hasCommitNow(repository, appliedSha)) {
            return repository;
        }
        repositories.forget(id);
        return repositories.open(id);
    }

    private static boolean hasCommitNow(MemoryRepository repository, String sha) throws IOException {
        try {
            repository.refresh();
        } catch (CorruptLogException e) {
            return false; // the next entry is none after those that were read: reading anew tells whether the log is
            // whole
        }
        return repository.hasCommit(sha);
    }

    /**
     * An agent's repository, read on where the ledger knows more of it: another process may have written between the last
     * reading and the lock of the ledger's row. What it lacks after that is {@link #lost}.
     *
     * @param repo the ledger's row, locked: nobody writes meanwhile
     * @throws IOException if it can't be read
     */
    static MemoryRepository readAsFarAs(MemoryRepositories repositories, RepoId id, Ledger.Repo repo)
            throws IOException {
        MemoryRepository repository = open(repositories, id, repo.appliedSha());
        Head head = repository.head();
        if ((head == null ? 0 : head.entry()) < repo.appliedSeq()) {
            repository.refresh();
        }
        return repository;
    }

    /** As {@link #require(MemoryRepository, String, long, String)}, of what the ledger says. */
    static Head require(MemoryRepository repository, Ledger.Repo repo) throws IOException {
        return require(repository, repo.agentId(), repo.appliedSeq(), repo.appliedSha());
    }

    /**
     * The head, no older than what PostgreSQL equals. Asks the object storage only where this process has not read that
     * far.
     *
     * @param appliedSeq the log entry that the rows equal, 0 before the first
     * @param appliedSha the commit that the rows equal, null before the first
     * @throws MemoryException if the log is empty, ends before it or is another one: the object storage was emptied,
     *     restored to an older state, or is another one. Nothing is made anew over people's history.
     */
    static Head require(MemoryRepository repository, String agentId, long appliedSeq, @Nullable String appliedSha)
            throws IOException {
        Head head = repository.head();
        if (head == null || head.entry() < appliedSeq) {
            head = repository.refresh();
        }
        Optional<String> lost = lost(repository, appliedSeq, appliedSha);
        if (lost.isPresent()) {
            throw MemoryException.conflict(
                    "Agent %s: %s. Nothing was changed. Restore its newer objects, or correct the setting store; if they are lost for good, 'git-memory import --agent %s --from-rows' makes the rows a commit on top of what is left."
                            .formatted(agentId, lost.get(), agentId));
        }
        if (head == null) {
            throw MemoryException.conflict(
                    "Agent %s is enabled, but the object storage has no repository for it. Check the setting store, or restore its objects; nothing was changed."
                            .formatted(agentId));
        }
        return head;
    }

    /**
     * What an object storage lacks that PostgreSQL has had from it: words for people, without an end.
     *
     * @param repository as of now: read on before
     * @return empty where it has all of that
     */
    static Optional<String> lost(MemoryRepository repository, long appliedSeq, @Nullable String appliedSha) {
        Head head = repository.head();
        long end = head == null ? 0 : head.entry();
        if (end < appliedSeq) {
            return Optional.of(
                    "PostgreSQL equals entry %d of the log (commit %s), but the object storage ends at entry %d: it was emptied or restored to an older state, or is another one"
                            .formatted(appliedSeq, appliedSha, end));
        }
        if (appliedSha != null && !repository.hasCommit(appliedSha)) {
            return Optional.of(
                    "PostgreSQL equals commit %s of entry %d, but the object storage has another log, without that commit"
                            .formatted(appliedSha, appliedSeq));
        }
        return Optional.empty();
    }
}
