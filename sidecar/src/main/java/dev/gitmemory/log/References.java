package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/** What objects refer to. A submodule's commit is no object of this repository. */
final class References {

    /** Takes the ids that an object refers to. */
    @FunctionalInterface
    interface Sink<E extends IOException> {

        /**
         * Takes one.
         *
         * @param id must not be kept, copy it
         * @param what it is, for error messages
         */
        void accept(AnyObjectId id, String what) throws E;
    }

    private References() {}

    static <E extends IOException> void of(int type, byte[] data, Sink<E> sink) throws CorruptObjectException, E {
        switch (type) {
            case Constants.OBJ_COMMIT -> {
                RevCommit commit = RevCommit.parse(data);
                for (RevCommit parent : commit.getParents()) {
                    sink.accept(parent, Constants.TYPE_COMMIT);
                }
                sink.accept(commit.getTree(), Constants.TYPE_TREE);
            }
            case Constants.OBJ_TREE -> {
                CanonicalTreeParser entry = new CanonicalTreeParser();
                for (entry.reset(data); !entry.eof(); entry.next()) {
                    if (!entry.getEntryFileMode().equals(FileMode.GITLINK)) {
                        sink.accept(entry.getEntryObjectId(), "tree or blob");
                    }
                }
            }
            case Constants.OBJ_TAG -> sink.accept(RevTag.parse(data).getObject(), "tagged object");
            default -> {
                // A blob refers to nothing.
            }
        }
    }
}
