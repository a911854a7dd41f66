/** The bundle log: a git repository kept as numbered bundles in object storage. */
@NullMarked
package dev.gitmemory.log;

import org.jspecify.annotations.NullMarked;
