/** What the sidecar asks of PostgreSQL: the application's tables, the ledger, migrations. */
@NullMarked
package dev.gitmemory.postgres;

import org.jspecify.annotations.NullMarked;
