/** One pass: reads what changed, reconciles the kernel, reports the outcome. */
@NullMarked
package dev.weft.agent.pass;

import org.jspecify.annotations.NullMarked;
