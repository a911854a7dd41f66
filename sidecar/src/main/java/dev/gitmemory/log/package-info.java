/**
 * The bundle log: a git repository kept as numbered bundles in object storage.
 *
 * <p>The door is {@link dev.gitmemory.log.BundleLog}; {@link dev.gitmemory.log.LogRepository} is its face towards JGit.
 */
@NullMarked
package dev.gitmemory.log;

import org.jspecify.annotations.NullMarked;
