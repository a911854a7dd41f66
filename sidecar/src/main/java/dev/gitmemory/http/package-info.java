/** The HTTP interface: routes, JSON, problem+json errors. */
@NullMarked
package dev.gitmemory.http;

import org.jspecify.annotations.NullMarked;
