@NullMarked
package dev.gitmemory.block;

import org.jspecify.annotations.NullMarked;
