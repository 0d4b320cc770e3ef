/** One pass: look at what changed, bring the kernel to it, report. */
@NullMarked
package dev.weft.agent.pass;

import org.jspecify.annotations.NullMarked;
