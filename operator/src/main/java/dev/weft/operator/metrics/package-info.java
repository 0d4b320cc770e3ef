/** What the operator counts, for Prometheus. */
@NullMarked
package dev.weft.operator.metrics;

import org.jspecify.annotations.NullMarked;
