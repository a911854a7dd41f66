/** Blocks, their labels and their file format. No I/O. */
@NullMarked
package dev.gitmemory.block;

import org.jspecify.annotations.NullMarked;
