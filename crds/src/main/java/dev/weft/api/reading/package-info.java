/** Reads stored objects, the unreadable parts of which are one object's problem. */
@NullMarked
package dev.weft.api.reading;

import org.jspecify.annotations.NullMarked;
