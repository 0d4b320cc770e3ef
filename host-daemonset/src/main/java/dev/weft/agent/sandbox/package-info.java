/** Where sandboxes come from. */
@NullMarked
package dev.weft.agent.sandbox;

import org.jspecify.annotations.NullMarked;
