package dev.gitmemory.log;

import java.io.IOException;
import org.eclipse.jgit.lib.ObjectLoader;

/** Where objects of the log have their contents. Thread-safe. */
interface ObjectSource {

    /**
     * The whole content.
     *
     * @throws IOException if it is damaged or can't be had
     */
    byte[] data(LoggedObject object) throws IOException;

    /** The content for JGit, which reads it as a stream where it is big. */
    ObjectLoader loader(LoggedObject object) throws IOException;
}
