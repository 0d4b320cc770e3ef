/** The node's kernel, brought to a wish: desired → observed → plan → apply. */
@NullMarked
package dev.weft.agent.dataplane;

import org.jspecify.annotations.NullMarked;
