/** A server that speaks Google Cloud Storage's JSON interface, and fails as told. */
@NullMarked
package dev.gitmemory.testing.gcs;

import org.jspecify.annotations.NullMarked;
