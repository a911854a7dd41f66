/**
 * An agent's memory as a git repository: commit, read, history.
 *
 * <p>The door is {@link dev.gitmemory.repo.MemoryRepositories}; everything else public here is data.
 */
@NullMarked
package dev.gitmemory.repo;

import org.jspecify.annotations.NullMarked;
