package dev.gitmemory.repo;

import dev.gitmemory.log.LogState;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.ReceiveCommand;

/** Makes a bare repository on disk of a bundle: one pack and the refs. */
final class GitExport {

    private GitExport() {}

    /**
     * Makes the repository.
     *
     * @param bundle as {@link BundleExport} writes it
     * @param refs those of the bundle, without {@code HEAD}
     */
    static void write(Path bundle, List<Ref> refs, Path folder, TransferProgress progress) throws IOException {
        try (Git git = Git.init()
                .setBare(true)
                .setGitDir(folder.toFile())
                .setInitialBranch(Repository.shortenRefName(LogState.MAIN))
                .call()) {
            unpack(bundle, git.getRepository(), new TransferMonitor(progress));
            update(git.getRepository(), refs, new TransferMonitor(progress));
        } catch (GitAPIException e) {
            throw new IOException("No repository could be made at '" + folder + "': " + e.getMessage(), e);
        }
    }

    /** Brings the objects of a bundle into a repository on disk. */
    static void unpack(Path bundle, Repository into, ProgressMonitor monitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(bundle));
                ObjectInserter inserter = into.newObjectInserter()) {
            BundlePreamble.read(in);
            PackParser parser = inserter.newPackParser(in);
            parser.parse(monitor);
            inserter.flush();
        }
    }

    private static void update(Repository repository, List<Ref> refs, ProgressMonitor monitor) throws IOException {
        BatchRefUpdate update = repository.getRefDatabase().newBatchUpdate();
        for (Ref ref : refs) {
            update.addCommand(new ReceiveCommand(ObjectId.zeroId(), ref.getObjectId(), ref.getName()));
        }
        try (RevWalk walk = new RevWalk(repository)) {
            update.execute(walk, monitor);
        }
        for (ReceiveCommand command : update.getCommands()) {
            if (command.getResult() != ReceiveCommand.Result.OK) {
                throw new TransferException("The file system can't hold the ref " + command.getRefName()
                        + ImportWriter.reason(command) + "; export with --format bundle");
            }
        }
    }
}
