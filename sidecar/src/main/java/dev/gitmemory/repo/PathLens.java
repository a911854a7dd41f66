package dev.gitmemory.repo;

import dev.gitmemory.log.LoggedCommit;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * A history seen through one path, simplified as {@code git log -- path} does by default: a commit counts if it differs
 * at the path from all its parents; from a merge that equals a parent there, only the first such parent is followed.
 */
final class PathLens {

    /** What is at the path: mode and id. */
    private record Place(int mode, ObjectId id) {}

    /**
     * What a walk does at a commit.
     *
     * @param counts whether the commit changed the path
     * @param parents the parents to go on with
     */
    record Step(boolean counts, List<LoggedCommit> parents) {}

    private final ObjectReader reader;
    private final String path;
    private final Map<ObjectId, Optional<Place>> byTree = new HashMap<>();

    PathLens(ObjectReader reader, String path) {
        this.reader = reader;
        this.path = path;
    }

    Step at(LoggedCommit commit) throws IOException {
        Optional<Place> here = place(commit);
        if (commit.parents().isEmpty()) {
            return new Step(here.isPresent(), List.of());
        }
        for (LoggedCommit parent : commit.parents()) {
            if (place(parent).equals(here)) {
                return new Step(false, List.of(parent));
            }
        }
        return new Step(true, commit.parents());
    }

    private Optional<Place> place(LoggedCommit commit) throws IOException {
        Optional<Place> known = byTree.get(commit.tree());
        if (known == null) {
            try (TreeWalk walk = TreeWalk.forPath(reader, path, commit.tree())) {
                known = walk == null
                        ? Optional.empty()
                        : Optional.of(new Place(walk.getRawMode(0), walk.getObjectId(0)));
            }
            byTree.put(commit.tree(), known);
        }
        return known;
    }
}
