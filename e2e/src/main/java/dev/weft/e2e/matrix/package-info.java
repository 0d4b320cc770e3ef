/**
 * Every kind of network on every kind of node: each pair works, or is refused with its reason. The
 * command behind {@code ./weft matrix}.
 */
@NullMarked
package dev.weft.e2e.matrix;

import org.jspecify.annotations.NullMarked;
