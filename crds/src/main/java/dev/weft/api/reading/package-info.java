/** Reads stored objects. An unreadable part is reported with its object and blocks no other. */
@NullMarked
package dev.weft.api.reading;

import org.jspecify.annotations.NullMarked;
