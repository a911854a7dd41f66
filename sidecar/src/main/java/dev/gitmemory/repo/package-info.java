/** An agent's memory as a git repository: commit, read, history. */
@NullMarked
package dev.gitmemory.repo;

import org.jspecify.annotations.NullMarked;
