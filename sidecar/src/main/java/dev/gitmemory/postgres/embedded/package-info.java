/** A PostgreSQL of our own, unpacked from the jar and run beside the sidecar, for whoever has none at hand. */
@NullMarked
package dev.gitmemory.postgres.embedded;

import org.jspecify.annotations.NullMarked;
