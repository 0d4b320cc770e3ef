/** Control planes for labs. */
@NullMarked
package dev.weft.testkit.control;

import org.jspecify.annotations.NullMarked;
