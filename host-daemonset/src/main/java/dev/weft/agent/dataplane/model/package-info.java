/** Items in the kernel, their identity, and the plan of changes between two states. Pure. */
@NullMarked
package dev.weft.agent.dataplane.model;

import org.jspecify.annotations.NullMarked;
