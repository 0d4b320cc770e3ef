/** Whether nodes are there and their agents alive. */
@NullMarked
package dev.weft.operator.node;

import org.jspecify.annotations.NullMarked;
