/** Probes whether the far ends of tunnels answer. */
@NullMarked
package dev.weft.agent.reach;

import org.jspecify.annotations.NullMarked;
