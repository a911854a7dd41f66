package dev.gitmemory.log;

import org.eclipse.jgit.lib.StoredConfig;

/** The settings of a {@link LogRepository}, in memory: what is pushed is checked as {@code git fsck} does. */
final class LogConfig extends StoredConfig {

    LogConfig() {
        setBoolean("core", null, "bare", true);
        setBoolean("transfer", null, "fsckObjects", true);
    }

    @Override
    public void load() {
        // There is nothing to load from.
    }

    @Override
    public void save() {
        // What was set is in effect; there is nothing to save to.
    }
}
