/** Metrics of the operator, for Prometheus. */
@NullMarked
package dev.weft.operator.metrics;

import org.jspecify.annotations.NullMarked;
