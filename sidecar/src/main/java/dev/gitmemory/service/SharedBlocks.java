package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.Draft;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the repositories of agents that share a block to one content of it.
 *
 * <p>A write to a shared block commits to every owner's repository while it holds the locks of all of them, so they
 * differ only where somebody pushed to one of them, where a block was just attached, or where a crash struck between
 * two commits. Then the newest change wins, among owners that had the block before; equal times are settled by the
 * agent's id, so that every sidecar decides alike. The others get the winner's content as a commit with its author and
 * message; what it replaces stays in their history.
 */
final class SharedBlocks {

    private SharedBlocks() {}

    private record Candidate(
            RepoDelta delta,
            Block block,
            Instant at,
            boolean changed,
            @Nullable CommitInfo commit) {}

    /**
     * Commits where needed. The deltas' repositories are locked by the transaction under way.
     *
     * @param owners of each block, the agents that git owns; only blocks with several of them are looked at
     * @param links of each agent, the blocks by label as the rows have them
     * @param labels of each block, the label that all its agents know it by
     * @return whether anything was committed: the deltas have to be read again
     */
    static boolean converge(
            Map<String, RepoDelta> deltas,
            Map<String, List<String>> owners,
            Map<String, Map<String, String>> links,
            Map<String, String> labels)
            throws IOException {
        boolean committed = false;
        for (Map.Entry<String, List<String>> shared : owners.entrySet()) {
            String label = labels.get(shared.getKey());
            if (label != null && shared.getValue().size() > 1) {
                committed |= converge(shared.getKey(), Label.of(label), shared.getValue(), deltas, links);
            }
        }
        return committed;
    }

    private static boolean converge(
            String blockId,
            Label label,
            List<String> owners,
            Map<String, RepoDelta> deltas,
            Map<String, Map<String, String>> links)
            throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (String owner : owners) {
            RepoDelta delta = Objects.requireNonNull(deltas.get(owner), owner);
            Block block = delta.atHead(label.text());
            if (block != null) {
                boolean linked =
                        blockId.equals(links.getOrDefault(owner, Map.of()).get(label.text()));
                RepoDelta.Touched touched = delta.touched().get(label.text());
                CommitInfo commit =
                        touched == null ? null : delta.commitsBySha().get(touched.commitSha());
                candidates.add(new Candidate(
                        delta,
                        block,
                        commit == null ? Instant.EPOCH : commit.timestamp(),
                        linked && touched != null,
                        commit));
            }
        }
        if (candidates.stream().map(Candidate::block).distinct().count() < 2) {
            return false;
        }
        Candidate winner = winner(candidates, blockId, label, links);
        for (Candidate loser : candidates) {
            if (!loser.block().equals(winner.block())) {
                loser.delta().repository().commit(List.of(follow(winner, label)));
            }
        }
        return true;
    }

    private static Candidate winner(
            List<Candidate> candidates, String blockId, Label label, Map<String, Map<String, String>> links) {
        Optional<Candidate> changed =
                candidates.stream().filter(Candidate::changed).max(Comparator.comparing(Candidate::at));
        return changed.orElseGet(() -> candidates.stream()
                .filter(c -> blockId.equals(
                        links.getOrDefault(c.delta().agentId(), Map.of()).get(label.text())))
                .findFirst()
                .orElseGet(() -> candidates.get(0)));
    }

    private static Draft follow(Candidate winner, Label label) {
        CommitInfo commit = winner.commit();
        Author author = commit == null ? Caller.system().author() : commit.author();
        String message = commit == null ? "Follow the shared block " + label.text() : commit.message();
        // Not what somebody else's commit says of a request: this one would prove it.
        return Draft.of(author, message, files -> {
                    String old = files.read(label.path());
                    files.write(
                            label.path(),
                            old == null
                                    ? BlockMarkdown.render(winner.block())
                                    : BlockMarkdown.rerender(old, winner.block()));
                })
                .forRequest(commit == null ? null : commit.requestId())
                .withAnyPath();
    }
}
