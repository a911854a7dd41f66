@NullMarked
package dev.gitmemory.postgres.embedded;

import org.jspecify.annotations.NullMarked;
