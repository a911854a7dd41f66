package dev.gitmemory.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.Daemon;
import org.eclipse.jgit.transport.ReceivePack;

/**
 * Serves one repository to stock git clients, by JGit's own upload-pack and receive-pack, on a port of this machine.
 */
public final class GitServer implements AutoCloseable {

    /** Adjusts a receive-pack before it serves a push. */
    @FunctionalInterface
    public interface PushSetup {
        /** Sets hooks and switches. */
        void accept(ReceivePack receivePack);
    }

    private final Daemon daemon;

    /** @param views gives a new view of the repository for each request; it is closed afterwards */
    public GitServer(Supplier<Repository> views, PushSetup pushes) throws IOException {
        this.daemon = new Daemon(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        daemon.setRepositoryResolver((client, name) -> views.get());
        daemon.setReceivePackFactory((client, repository) -> {
            ReceivePack receivePack = new ReceivePack(repository);
            pushes.accept(receivePack);
            return receivePack;
        });
        daemon.getService("git-upload-pack").setEnabled(true);
        daemon.getService("git-receive-pack").setEnabled(true);
        daemon.start();
    }

    /** Serves with everything as JGit has it by default. */
    public GitServer(Supplier<Repository> views) throws IOException {
        this(views, receivePack -> {});
    }

    /** What to clone and push to. */
    public String url() {
        return "git://127.0.0.1:" + daemon.getAddress().getPort() + "/repository";
    }

    @Override
    public void close() {
        daemon.stop();
    }
}
