/** The command line: serve, demo, migrate, enable, disable, sync, verify, compact, import, bench. */
@NullMarked
package dev.gitmemory.cli;

import org.jspecify.annotations.NullMarked;
