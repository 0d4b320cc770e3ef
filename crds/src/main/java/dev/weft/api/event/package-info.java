/** Events: what is reported of an object once, and how often the same may be repeated. */
@NullMarked
package dev.weft.api.event;

import org.jspecify.annotations.NullMarked;
