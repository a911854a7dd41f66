package dev.gitmemory.repo;

import dev.gitmemory.log.BundleLog;
import dev.gitmemory.log.LogState;
import dev.gitmemory.log.LoggedCommit;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.jspecify.annotations.Nullable;

/** Finds the commit that a name means, by git's rules of precedence ({@code gitrevisions(7)}). */
final class Revisions {

    private static final Pattern FULL = Pattern.compile("[0-9a-fA-F]{40}");
    private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-fA-F]{4,39}");
    private static final List<String> PREFIXES = List.of("", Constants.R_REFS, Constants.R_TAGS, Constants.R_HEADS);

    private Revisions() {}

    static LoggedCommit resolve(BundleLog log, String revision) {
        if (FULL.matcher(revision).matches()) {
            return commit(log, revision);
        }
        LoggedCommit named = byRef(log, revision.equals(Constants.HEAD) ? LogState.MAIN : revision);
        return named == null ? byAbbreviation(log, revision) : named;
    }

    /** The commit with a full id. */
    static LoggedCommit commit(BundleLog log, String sha) {
        LoggedCommit commit = FULL.matcher(sha).matches() ? log.commit(ObjectId.fromString(sha)) : null;
        if (commit == null) {
            throw new UnknownRevisionException(sha);
        }
        return commit;
    }

    private static @Nullable LoggedCommit byRef(BundleLog log, String name) {
        LogState state = log.state();
        for (String prefix : PREFIXES) {
            Ref ref = state.refs().get(prefix + name);
            if (ref != null) {
                ObjectId peeled = ref.getPeeledObjectId();
                return log.commit(peeled == null ? ref.getObjectId() : peeled);
            }
        }
        return null;
    }

    private static LoggedCommit byAbbreviation(BundleLog log, String revision) {
        List<LoggedCommit> candidates = ABBREVIATED.matcher(revision).matches()
                ? log.commitsStartingWith(AbbreviatedObjectId.fromString(revision))
                : List.of();
        if (candidates.size() > 1) {
            throw new AmbiguousRevisionException(
                    revision, candidates.stream().map(ObjectId::name).toList());
        }
        if (candidates.isEmpty()) {
            throw new UnknownRevisionException(revision);
        }
        return candidates.get(0);
    }
}
