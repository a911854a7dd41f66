@NullMarked
package dev.gitmemory.agentfile;

import org.jspecify.annotations.NullMarked;
