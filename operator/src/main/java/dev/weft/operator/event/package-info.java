/** Events on objects, and the reports of writes that are not ours. */
@NullMarked
package dev.weft.operator.event;

import org.jspecify.annotations.NullMarked;
