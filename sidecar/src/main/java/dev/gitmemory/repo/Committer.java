package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LogContendedException;
import dev.gitmemory.log.LogState;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.NotSentException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Commits drafts, one entry at a time, gathering those that come meanwhile.
 *
 * <h2>Group commit</h2>
 *
 * Every caller queues its drafts and then waits for its turn. Whoever gets it commits all that is queued, in the order
 * it came, as one chain in one entry; the others find their drafts done when their turn comes. So while one entry is on
 * its way to the store the next gathers, and the store's latency bounds the number of entries, not of commits.
 *
 * <h2>Races with other processes</h2>
 *
 * If another entry came first, the chain is thrown away, the log has read the other's entry, and the edits are applied
 * again. So that each process has its turn there is {@link Courtesy}. Before drafts that change nothing, or that throw,
 * are answered without writing, the log is refreshed: such an answer must not come from old files.
 *
 * <h2>How long it takes at most</h2>
 *
 * Each call has a {@link Deadline}, and a group the earliest of its calls'. A call whose deadline is over before it is in
 * a group is told so, and nothing of it is committed.
 */
final class Committer {

    /** Fewer than this many drafts are gathered, so that an entry stays of a size that is quickly sent. */
    private static final int GROUP = 500;

    /** The drafts of one call. */
    private static final class Request {
        private final List<Draft> drafts;
        private @Nullable CommitChain chain;
        private int begin; // of the request's drafts in the chain
        private @Nullable Throwable failure;
        private boolean done;

        private final Deadline deadline;

        Request(List<Draft> drafts, Deadline deadline) {
            this.drafts = List.copyOf(drafts);
            this.deadline = deadline;
        }
    }

    private final BundleLog log;
    private final Clock clock;
    private final CommitMac mac;
    private final PathPolicy newPaths;
    private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock(true);

    /** Guarded by {@link #turn}. */
    private final Courtesy courtesy;

    Committer(BundleLog log, Clock clock, CommitMac mac, PathPolicy newPaths) {
        this.log = log;
        this.clock = clock;
        this.mac = mac;
        this.newPaths = newPaths;
        this.courtesy = new Courtesy(System::nanoTime, LockSupport::parkNanos);
    }

    List<Outcome> commit(List<Draft> drafts) throws IOException {
        Request mine = new Request(drafts, log.deadline());
        waiting.add(mine);
        awaitTurn(mine);
        try {
            while (!mine.done) {
                courtesy.beforeWrite();
                serve(nextGroup());
            }
        } finally {
            turn.unlock();
        }
        return answer(mine);
    }

    private void awaitTurn(Request mine) throws NotSentException {
        try {
            mine.deadline.lock(turn, "Nothing is committed to '" + log.name() + "'");
        } catch (NotSentException e) {
            if (waiting.remove(mine)) {
                throw e;
            }
            turn.lock(); // somebody is committing it, by this deadline or an earlier one
        }
    }

    private List<Request> nextGroup() {
        List<Request> group = new ArrayList<>();
        int drafts = 0;
        Request next = waiting.peek();
        while (next != null && (group.isEmpty() || drafts + next.drafts.size() <= GROUP)) {
            if (waiting.remove(next)) { // it has not given up
                group.add(next);
                drafts += next.drafts.size();
            }
            next = waiting.peek();
        }
        return group;
    }

    /** Commits a group; whatever happens, all in it are done then. */
    private void serve(List<Request> group) {
        try {
            List<Draft> drafts = new ArrayList<>();
            Deadline deadline = Deadline.NONE;
            for (Request request : group) {
                drafts.addAll(request.drafts);
                deadline = deadline.orEarlier(request.deadline);
            }
            CommitChain chain = deadline.during(() -> commitAll(drafts));
            int begin = 0;
            for (Request request : group) {
                request.chain = chain;
                request.begin = begin;
                begin += request.drafts.size();
            }
        } catch (IOException | RuntimeException | Error e) {
            group.forEach(request -> request.failure = e); // thrown to every caller by answer()
        } finally {
            group.forEach(request -> request.done = true);
        }
    }

    private CommitChain commitAll(List<Draft> drafts) throws IOException {
        for (int attempt = 0; attempt < BundleLog.MOST_ATTEMPTS; attempt++) {
            CommitChain chain = new CommitChain(log, mac, newPaths);
            chain.add(drafts, clock.instant());
            boolean settled = chain.isEmpty() ? isNewest(chain.base()) : append(chain);
            if (settled) {
                return chain;
            }
        }
        throw new LogContendedException(log.name(), BundleLog.MOST_ATTEMPTS);
    }

    private boolean isNewest(LogState state) throws IOException {
        return log.refresh().entry() == state.entry();
    }

    private boolean append(CommitChain chain) throws IOException {
        long begin = System.nanoTime();
        boolean appended = chain.append();
        if (appended) {
            courtesy.wrote(System.nanoTime() - begin);
        } else {
            courtesy.overtaken();
        }
        return appended;
    }

    /** Not within the turn: telling what a commit has changed costs more than making it. */
    private static List<Outcome> answer(Request request) throws IOException {
        Throwable failure = request.failure;
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        int end = request.begin + request.drafts.size();
        return Objects.requireNonNull(request.chain).outcomes(request.begin, end);
    }
}
