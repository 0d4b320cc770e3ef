/** The shipped alerts and the dashboard. */
@NullMarked
package dev.weft.e2e.monitoring;

import org.jspecify.annotations.NullMarked;
