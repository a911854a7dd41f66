package dev.gitmemory.log;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/** The one rule about {@code main}, for whoever reads a log and for whoever checks it: it only ever moves on. */
final class MainRule {

    /** Knows the parents of commits. */
    @FunctionalInterface
    interface Parents {
        Collection<? extends AnyObjectId> of(AnyObjectId commit);
    }

    private MainRule() {}

    /** Whether {@code tip} is {@code ancestor} or comes after it; the way from one to the next is short nearly always. */
    static boolean continues(AnyObjectId tip, AnyObjectId ancestor, Parents parents) {
        Deque<AnyObjectId> open = new ArrayDeque<>(List.of(tip));
        Set<AnyObjectId> seen = new HashSet<>();
        while (!open.isEmpty()) {
            AnyObjectId commit = open.remove();
            if (commit.equals(ancestor)) {
                return true;
            }
            if (seen.add(commit)) {
                open.addAll(parents.of(commit));
            }
        }
        return false;
    }

    /** What is wrong with an entry that breaks it. */
    static String broken(AnyObjectId before, AnyObjectId after) {
        return "it moves %s from %s to %s, which does not continue it: history was rewritten"
                .formatted(LogState.MAIN, before.name(), after.name());
    }

    /**
     * Checks an entry, or a checkpoint, against what was there before.
     *
     * @param before null if there was nothing
     * @param objects have the commits of both
     * @throws MalformedBundleException if history was rewritten
     */
    static void check(@Nullable ObjectId before, LogState after, Addition objects) throws MalformedBundleException {
        ObjectId main = after.head();
        if (before == null || main == null || !(objects.get(before) instanceof LoggedCommit old)) {
            return;
        }
        // A commit's generation is greater than that of any ancestor, so what is not greater leads to none.
        Parents parents =
                commit -> objects.get(commit) instanceof LoggedCommit known && known.generation() > old.generation()
                        ? known.parents()
                        : List.of();
        if (!continues(main, before, parents)) {
            throw new MalformedBundleException(broken(before, main));
        }
    }
}
