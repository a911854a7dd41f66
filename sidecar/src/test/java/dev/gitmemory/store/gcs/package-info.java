/** Tests of what only this package sees. */
@NullMarked
package dev.gitmemory.store.gcs;

import org.jspecify.annotations.NullMarked;
