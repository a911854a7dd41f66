@NullMarked
package dev.gitmemory.postgres;

import org.jspecify.annotations.NullMarked;
