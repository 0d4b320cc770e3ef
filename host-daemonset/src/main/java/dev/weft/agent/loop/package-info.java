/** The one thread that brings the node to its wish. */
@NullMarked
package dev.weft.agent.loop;

import org.jspecify.annotations.NullMarked;
