package dev.gitmemory.repo;

import dev.gitmemory.log.CorruptLogException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/** Writes a repository, or the files of one of its commits, to a place of the caller's. Stateless. */
public final class Exports {

    private Exports() {}

    /**
     * Writes it, all or nothing: {@code target} appears when it is complete, and nothing is left when it fails.
     *
     * @param target where there is nothing yet, in a folder that exists
     * @param revision the commit whose files to write, as {@link MemoryRepository#resolve} takes it; a whole repository
     *     is written with all its commits
     * @throws TransferException if there is something at {@code target}, the repository has no commit, or the target
     *     can't hold what is in it
     * @throws IOException if the store can't be read or the target not be written, with the reason
     * @throws UnknownRevisionException if there is no such commit
     */
    public static ExportSummary write(
            MemoryRepository repository, ExportFormat format, Path target, String revision, TransferProgress progress)
            throws IOException {
        Head head = repository.head();
        if (head == null) {
            throw new TransferException("There is no commit in the repository of agent "
                    + repository.id().agentId() + ": nothing to export");
        }
        String sha = format == ExportFormat.DIR ? repository.resolve(revision) : head.sha();
        try (Repository view = repository.jgit();
                NewTarget place = NewTarget.at(target)) {
            ExportSummary summary = write(view, format, sha, place, progress);
            checkNotCancelled(progress);
            place.publish();
            return summary;
        } catch (CorruptLogException | TransferException e) {
            throw e;
        } catch (IOException e) {
            checkNotCancelled(progress); // whatever JGit made of it
            throw new TransferException(
                    "'%s' could not be made, and nothing was left behind: %s".formatted(target, e.getMessage()), e);
        }
    }

    private static ExportSummary write(
            Repository view, ExportFormat format, String sha, NewTarget place, TransferProgress progress)
            throws IOException {
        if (format == ExportFormat.DIR) {
            try (ObjectReader reader = view.newObjectReader();
                    RevWalk walk = new RevWalk(reader)) {
                ObjectId tree = walk.parseCommit(ObjectId.fromString(sha)).getTree();
                return new FolderExport(reader, place.work(), progress).write(sha, tree);
            }
        }
        List<Ref> refs = view.getRefDatabase().getRefs().stream()
                .filter(ref -> !ref.isSymbolic())
                .toList();
        if (format == ExportFormat.BUNDLE) {
            BundleExport.write(view, refs, place.work(), progress);
        } else {
            LocalGit.prepare(place.folder());
            BundleExport.write(view, refs, place.scratch(), progress);
            GitExport.write(place.scratch(), refs, place.work(), progress);
        }
        return new ExportSummary(sha, 0, refs.size(), List.of());
    }

    static void checkNotCancelled(TransferProgress progress) throws TransferException {
        if (progress.isCancelled()) {
            throw new TransferException("stopped before it was done; nothing was left behind");
        }
    }
}
