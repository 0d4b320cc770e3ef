/** Makes planned changes in the kernel, in batches, and explains what failed. */
@NullMarked
package dev.weft.agent.dataplane.apply;

import org.jspecify.annotations.NullMarked;
