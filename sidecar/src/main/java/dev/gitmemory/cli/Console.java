package dev.gitmemory.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out results, for people and for pipes
 * @param err progress and errors
 */
record Console(PrintStream out, PrintStream err) {}
