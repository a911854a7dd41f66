package dev.gitmemory.log;

import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;

/** The objects of a log and of one staging on top of it. */
final class LogObjectDatabase extends ObjectDatabase {

    private final LoggedObjects logged;
    private final Staging staging;

    LogObjectDatabase(LoggedObjects logged, Staging staging) {
        this.logged = logged;
        this.staging = staging;
    }

    @Override
    public ObjectInserter newInserter() {
        return staging.newInserter();
    }

    @Override
    public ObjectReader newReader() {
        return staging.newReader();
    }

    @Override
    public long getApproximateObjectCount() {
        return logged.count();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
