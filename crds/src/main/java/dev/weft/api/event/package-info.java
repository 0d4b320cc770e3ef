/** Records Events on objects, and limits how often the same one is repeated. */
@NullMarked
package dev.weft.api.event;

import org.jspecify.annotations.NullMarked;
