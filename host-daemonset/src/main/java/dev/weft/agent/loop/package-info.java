/** The one thread that brings the node to its desired state. */
@NullMarked
package dev.weft.agent.loop;

import org.jspecify.annotations.NullMarked;
