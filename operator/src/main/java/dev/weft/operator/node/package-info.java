/** Tracks which nodes exist and which agents are alive. */
@NullMarked
package dev.weft.operator.node;

import org.jspecify.annotations.NullMarked;
