package dev.gitmemory.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefDatabase;
import org.eclipse.jgit.lib.RefRename;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.ReflogReader;
import org.eclipse.jgit.lib.SymbolicRef;
import org.jspecify.annotations.Nullable;

/** The refs of a log; {@code HEAD} always means {@code main}. Any number of refs change together, in one entry. */
final class LogRefDatabase extends RefDatabase {

    private final LogRepository repository;
    private final BundleLog log;
    private final Staging staging;

    LogRefDatabase(LogRepository repository, BundleLog log, Staging staging) {
        this.repository = repository;
        this.log = log;
        this.staging = staging;
    }

    @Override
    public void create() {
        // The log comes into being with its first entry.
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    @Override
    public boolean performsAtomicTransactions() {
        return true;
    }

    @Override
    public BatchRefUpdate newBatchUpdate() {
        return new LogBatchRefUpdate(this, log, staging);
    }

    @Override
    public RefUpdate newUpdate(String name, boolean detach) throws IOException {
        Ref ref = exactRef(name);
        boolean symbolic = ref != null && ref.isSymbolic();
        LogRefUpdate update = new LogRefUpdate(
                this, repository, ref == null ? new ObjectIdRef.Unpeeled(Ref.Storage.NEW, name, null) : ref);
        if (detach && symbolic) {
            update.setDetachingSymbolicRef();
        }
        return update;
    }

    @Override
    public RefRename newRename(String fromName, String toName) throws IOException {
        return new LogRefRename(newUpdate(fromName, true), newUpdate(toName, true), newBatchUpdate(), repository);
    }

    @Override
    public boolean isNameConflicting(String name) throws IOException {
        return !getConflictingNames(name).isEmpty();
    }

    @Override
    public @Nullable Ref exactRef(String name) {
        return name.equals(Constants.HEAD)
                ? head(log.state())
                : log.state().refs().get(name);
    }

    private static Ref head(LogState state) {
        Ref main = state.refs().get(LogState.MAIN);
        return new SymbolicRef(
                Constants.HEAD, main == null ? new ObjectIdRef.Unpeeled(Ref.Storage.NEW, LogState.MAIN, null) : main);
    }

    @Override
    public List<Ref> getRefsByPrefix(String prefix) {
        LogState state = log.state();
        List<Ref> refs = new ArrayList<>();
        if (Constants.HEAD.startsWith(prefix) && state.head() != null) {
            refs.add(head(state));
        }
        state.refs().values().stream()
                .filter(r -> r.getName().startsWith(prefix))
                .forEach(refs::add);
        return refs;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract all the same
    public Map<String, Ref> getRefs(String prefix) {
        Map<String, Ref> refs = new TreeMap<>();
        getRefsByPrefix(prefix).forEach(r -> refs.put(r.getName().substring(prefix.length()), r));
        return refs;
    }

    @Override
    public List<Ref> getAdditionalRefs() {
        return List.of();
    }

    /** A log's refs are peeled from the start. */
    @Override
    public Ref peel(Ref ref) {
        return ref;
    }

    /** The log is the history of its refs; there is no reflog besides. */
    @Override
    public ReflogReader getReflogReader(Ref ref) {
        return new NoReflog();
    }
}
