@NullMarked
package dev.gitmemory.guard;

import org.jspecify.annotations.NullMarked;
