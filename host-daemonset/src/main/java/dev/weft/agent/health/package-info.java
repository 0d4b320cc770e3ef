/** The metrics of the agent. */
@NullMarked
package dev.weft.agent.health;

import org.jspecify.annotations.NullMarked;
