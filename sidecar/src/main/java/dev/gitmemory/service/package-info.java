/** The git-first write path and the lifecycle of agents. */
@NullMarked
package dev.gitmemory.service;

import org.jspecify.annotations.NullMarked;
