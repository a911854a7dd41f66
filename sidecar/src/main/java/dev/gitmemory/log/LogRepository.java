package dev.gitmemory.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.eclipse.jgit.attributes.AttributesNode;
import org.eclipse.jgit.attributes.AttributesNodeProvider;
import org.eclipse.jgit.lib.BaseRepositoryBuilder;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.RefDatabase;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.jspecify.annotations.Nullable;

/**
 * A view of a log for JGit: a bare repository with the log's refs and objects, for one operation such as a push.
 *
 * <p>What is inserted is seen through this view only, until a ref update puts it into the log. A push that is refused
 * thus leaves nothing behind. Opening a view costs next to nothing. Refs are always the newest that this process knows.
 * Settings are in memory and live as long as the view. Not thread-safe.
 */
final class LogRepository extends Repository {

    private final BundleLog log;
    private final ObjectDatabase objects;
    private final RefDatabase refs;
    private final StoredConfig config = new LogConfig();
    private final @Nullable Spool spool;

    /** @param spool takes what is inserted, and is closed with this; null to keep it on the heap */
    LogRepository(BundleLog log, LoggedObjects logged, @Nullable Spool spool) {
        super(new Options());
        this.log = log;
        this.spool = spool;
        Staging staging = new Staging(logged, spool);
        this.objects = new LogObjectDatabase(logged, staging);
        this.refs = new LogRefDatabase(this, log, staging);
    }

    /** The log comes into being with its first entry, so there is nothing to create. */
    @Override
    public void create(boolean bare) {
        // see above
    }

    @Override
    public String getIdentifier() {
        return log.name();
    }

    @Override
    public ObjectDatabase getObjectDatabase() {
        return objects;
    }

    @Override
    public RefDatabase getRefDatabase() {
        return refs;
    }

    @Override
    public StoredConfig getConfig() {
        return config;
    }

    @Override
    public AttributesNodeProvider createAttributesNodeProvider() {
        return new NoAttributes();
    }

    @Override
    public void scanForRepoChanges() throws IOException {
        log.refresh();
    }

    @Override
    public void notifyIndexChanged(boolean internal) {
        // A bare repository has no index.
    }

    @Override
    protected void doClose() {
        super.doClose();
        if (spool != null) {
            try {
                spool.close();
            } catch (IOException e) {
                throw new UncheckedIOException("A temporary file can't be closed: " + e.getMessage(), e);
            }
        }
    }

    private static final class Options extends BaseRepositoryBuilder<Options, LogRepository> {
        Options() {
            setBare();
        }
    }

    private static final class NoAttributes implements AttributesNodeProvider {

        @Override
        public AttributesNode getInfoAttributesNode() {
            return new AttributesNode();
        }

        @Override
        public AttributesNode getGlobalAttributesNode() {
            return new AttributesNode();
        }
    }
}
