/** Sources of sandboxes, and the listeners that wire them. */
@NullMarked
package dev.weft.agent.sandbox;

import org.jspecify.annotations.NullMarked;
