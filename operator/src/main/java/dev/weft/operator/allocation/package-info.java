/** Allocates subnets and VNIs: pure functions, and a cache of the latest allocations. */
@NullMarked
package dev.weft.operator.allocation;

import org.jspecify.annotations.NullMarked;
