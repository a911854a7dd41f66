/**
 * The bundle log: a git repository kept as numbered bundles in object storage.
 *
 * <p>The door is {@link dev.gitmemory.log.BundleLog}. What is read and written goes through JGit's public interfaces.
 */
@NullMarked
package dev.gitmemory.log;

import org.jspecify.annotations.NullMarked;
