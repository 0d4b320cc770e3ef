/** Events: what is told of an object once, and how often the same may be told again. */
@NullMarked
package dev.weft.api.event;

import org.jspecify.annotations.NullMarked;
