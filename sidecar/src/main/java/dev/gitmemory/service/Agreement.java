package dev.gitmemory.service;

import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.TransferProgress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Whether a store has what a ledger knows: of each repository the commit that PostgreSQL equals. A store may have more, be it
 * newer commits or other repositories.
 *
 * @param compared how many repositories the ledger knows, of those that were looked at
 * @param lacking those of which the store lacks the commit
 */
record Agreement(int compared, List<Ledger.Repo> lacking) {

    private static final int THREADS = 16;
    private static final int NAMED = 3;

    Agreement {
        lacking = List.copyOf(lacking);
    }

    /**
     * Looks at repositories, several at the same time: two small requests for each, as a rule.
     *
     * @throws IOException if the store can't be read
     */
    static Agreement of(List<Ledger.Repo> ledger, MemoryRepositories repositories, TransferProgress progress)
            throws IOException {
        List<Ledger.Repo> known = ledger.stream()
                .filter(repo -> repo.appliedSeq() > 0 && repo.appliedSha() != null)
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Boolean>> answers = new ArrayList<>();
            known.forEach(repo -> answers.add(threads.submit(() -> holds(repositories, repo))));
            List<Ledger.Repo> lacking = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                if (!answers.get(i).get()) {
                    lacking.add(known.get(i));
                }
                progress.at("Comparing the store with the ledger", i + 1, known.size());
            }
            return new Agreement(known.size(), lacking);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the store was compared with the ledger", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean holds(MemoryRepositories repositories, Ledger.Repo repo) throws IOException {
        String sha = repo.appliedSha();
        return sha == null
                || repositories.holds(new RepoId(repo.organizationId(), repo.agentId()), repo.appliedSeq(), sha);
    }

    boolean isComplete() {
        return lacking.isEmpty();
    }

    /** Whether nothing of what the ledger knows is there. */
    boolean isNothing() {
        return compared > 0 && lacking.size() == compared;
    }

    /** What the store lacks, as a clause for people. */
    String text() {
        StringBuilder text = new StringBuilder("it lacks commits of %d of the %d repositories that the ledger knows: "
                .formatted(lacking.size(), compared));
        for (int i = 0; i < Math.min(NAMED, lacking.size()); i++) {
            Ledger.Repo repo = lacking.get(i);
            text.append(i == 0 ? "" : ", ")
                    .append("agent %s, entry %d (commit %s)"
                            .formatted(Shown.of(repo.agentId()), repo.appliedSeq(), repo.appliedSha()));
        }
        return lacking.size() > NAMED
                ? text.append(" and %d more".formatted(lacking.size() - NAMED)).toString()
                : text.toString();
    }
}
