/** Google Cloud Storage as object storage; the only package that knows its client library. */
@NullMarked
package dev.gitmemory.store.gcs;

import org.jspecify.annotations.NullMarked;
