@NullMarked
package dev.gitmemory;

import org.jspecify.annotations.NullMarked;
