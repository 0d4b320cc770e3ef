/** Whether the nodes at the other ends of tunnels are reached. */
@NullMarked
package dev.weft.agent.reach;

import org.jspecify.annotations.NullMarked;
