/** The SQL interface, called as a DBA and an application call it. */
@NullMarked
package dev.gitmemory.sql;

import org.jspecify.annotations.NullMarked;
