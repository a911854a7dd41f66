package dev.gitmemory.repo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Keeps JGit's work with repositories on disk apart from the git configuration of whoever runs it: what an export holds
 * must not depend on it, and JGit would write measurements of its own into it.
 */
final class LocalGit {

    private static final Duration RESOLUTION = Duration.ofMillis(1);
    private static final boolean ISOLATED = install();

    private LocalGit() {}

    /**
     * Isolates this process, once for all; and lets JGit look at the file system of a folder now, which it can't when
     * the process has been asked to stop.
     *
     * @param folder where a repository on disk will be opened or made
     */
    static void prepare(Path folder) {
        if (ISOLATED) {
            FS.getFileStoreAttributes(folder);
        }
    }

    private static boolean install() {
        SystemReader.setInstance(new Isolated(SystemReader.getInstance()));
        return true;
    }

    private static final class Isolated extends SystemReader.Delegate {

        Isolated(SystemReader reader) {
            super(reader);
        }

        @Override
        public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
            return new Empty(parent, fs);
        }

        @Override
        public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
            return new Empty(parent, fs);
        }

        @Override
        public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
            return new FileSystems(parent, fs);
        }
    }

    /**
     * Answers what JGit would otherwise measure for seconds, with files of its own, of every file system it sees: how
     * soon a change of a file can go unnoticed. Nobody else changes what we work on.
     */
    private static final class FileSystems extends Empty {

        FileSystems(@Nullable Config parent, FS fs) {
            super(parent, fs);
        }

        @Override
        public long getTimeUnit(
                String section, @Nullable String subsection, String name, long otherwise, TimeUnit unit) {
            return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)
                    ? unit.convert(RESOLUTION)
                    : super.getTimeUnit(section, subsection, name, otherwise, unit);
        }
    }

    /** A configuration without a file. */
    private static class Empty extends FileBasedConfig {

        Empty(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // There is nothing to read.
        }

        @Override
        public void save() {
            // What JGit wants to remember is forgotten with the process.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
