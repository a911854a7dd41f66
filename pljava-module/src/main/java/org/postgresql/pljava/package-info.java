/**
 * What the guard uses of PL/Java's API, for the compiler only.
 *
 * <p>That API is in no Maven repository. Inside PostgreSQL, PL/Java itself supplies the package; nothing of this one
 * ever gets into the jar.
 */
@NullMarked
package org.postgresql.pljava;

import org.jspecify.annotations.NullMarked;
