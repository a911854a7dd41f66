/** Sessions are stepped through every order of their statements, and what they leave behind is compared with git. */
@NullMarked
package dev.gitmemory.race;

import org.jspecify.annotations.NullMarked;
