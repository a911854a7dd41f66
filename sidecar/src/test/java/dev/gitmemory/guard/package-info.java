/**
 * The conformance suite of the guard: what PostgreSQL must refuse and allow, from outside, over JDBC, as an ordinary
 * role of an application.
 *
 * <p>One suite for every engine and every server that is to be had ({@link dev.gitmemory.guard.GuardTargets}): the
 * embedded PostgreSQL always; one named by {@code GIT_MEMORY_TEST_DB_URL}; one in a container whenever a Docker engine
 * answers. The run prints which ones it ran on, and which not and why.
 */
@NullMarked
package dev.gitmemory.guard;

import org.jspecify.annotations.NullMarked;
