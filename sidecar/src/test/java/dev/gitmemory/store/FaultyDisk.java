package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A disk that fails at a step until it is mended. Thread-safe. */
public final class FaultyDisk implements Disk {

    private @Nullable Step broken;
    private String reason = "";
    private final List<Step> reached = new ArrayList<>();

    /** Opens a store in a folder of this disk. */
    public ObjectStore open(Path folder) throws IOException {
        return FileStore.start(folder, this, Clock.systemUTC());
    }

    /** From now on it is full, and writing to it fails when the content is written. */
    public void fill() {
        breakAt(Step.WRITE, "No space left on device");
    }

    synchronized void breakAt(Step step, String why) {
        broken = step;
        reason = why;
    }

    /** From now on it works. */
    public synchronized void mend() {
        broken = null;
        reached.clear();
    }

    /** The steps since it was last mended. */
    synchronized List<Step> reached() {
        return List.copyOf(reached);
    }

    @Override
    public synchronized void reached(Step step) throws IOException {
        reached.add(step);
        if (step == broken) {
            throw new FileSystemException("/some/file", null, reason);
        }
    }
}
