/** Sidecars and PostgreSQL crash between every two steps of everything that changes memory. */
@NullMarked
package dev.gitmemory.crash;

import org.jspecify.annotations.NullMarked;
