/** Checks whether a node has what the agent needs. */
@NullMarked
package dev.weft.agent.doctor;

import org.jspecify.annotations.NullMarked;
