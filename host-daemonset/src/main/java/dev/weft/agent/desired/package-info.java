/** What the node is to carry, as a function of the cached resources. */
@NullMarked
package dev.weft.agent.desired;

import org.jspecify.annotations.NullMarked;
