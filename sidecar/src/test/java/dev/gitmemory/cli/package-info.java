@NullMarked
package dev.gitmemory.cli;

import org.jspecify.annotations.NullMarked;
