/** What tests of all packages share. */
@NullMarked
package dev.gitmemory.testing;

import org.jspecify.annotations.NullMarked;
