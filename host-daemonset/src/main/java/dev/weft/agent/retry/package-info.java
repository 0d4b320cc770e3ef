/** Trying again what failed. */
@NullMarked
package dev.weft.agent.retry;

import org.jspecify.annotations.NullMarked;
