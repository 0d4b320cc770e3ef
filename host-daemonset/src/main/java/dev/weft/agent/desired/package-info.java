/** Computes the node's desired state from the cached resources. */
@NullMarked
package dev.weft.agent.desired;

import org.jspecify.annotations.NullMarked;
