/** Agent Files: an agent's memory as other servers export it. No I/O but reading the given stream. */
@NullMarked
package dev.gitmemory.agentfile;

import org.jspecify.annotations.NullMarked;
