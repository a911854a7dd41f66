/** Object storage and its adapters. */
@NullMarked
package dev.gitmemory.store;

import org.jspecify.annotations.NullMarked;
