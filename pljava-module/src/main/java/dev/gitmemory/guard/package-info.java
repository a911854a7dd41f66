/**
 * The guard as it runs inside PostgreSQL: trigger functions for PL/Java.
 *
 * <p>What git says, and which agents it concerns, comes from SQL functions of the schema {@code git_memory}; the
 * classes here compare and refuse. They depend on nothing but the JDK and PL/Java, keep no state, and do not handle
 * errors: whatever goes wrong reaches PostgreSQL as an error and the write fails.
 */
@NullMarked
package dev.gitmemory.guard;

import org.jspecify.annotations.NullMarked;
