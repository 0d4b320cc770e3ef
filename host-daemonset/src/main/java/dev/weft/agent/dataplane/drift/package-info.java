/** Detects that the kernel differs from what the last reconcile left. */
@NullMarked
package dev.weft.agent.dataplane.drift;

import org.jspecify.annotations.NullMarked;
