/** Events on objects, and the detection of foreign writes. */
@NullMarked
package dev.weft.operator.event;

import org.jspecify.annotations.NullMarked;
