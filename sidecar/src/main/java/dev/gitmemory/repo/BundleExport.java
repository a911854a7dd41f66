package dev.gitmemory.repo;

import dev.gitmemory.log.LogState;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.BundleWriter;

/**
 * Writes all refs and everything they lead to into one bundle, without prerequisites: JGit's writer makes thin packs
 * only where there are any. The bundle also names {@code HEAD}, without which {@code git clone} checks nothing out.
 */
final class BundleExport {

    private BundleExport() {}

    /** @param refs all of them, without {@code HEAD} */
    static void write(Repository view, List<Ref> refs, Path file, TransferProgress progress) throws IOException {
        BundleWriter bundle = new BundleWriter(view);
        for (Ref ref : refs) {
            bundle.include(ref.getName(), ref.getObjectId());
            if (ref.getName().equals(LogState.MAIN)) {
                bundle.include(Constants.HEAD, ref.getObjectId());
            }
        }
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            bundle.writeBundle(new TransferMonitor(progress), out);
        }
    }
}
