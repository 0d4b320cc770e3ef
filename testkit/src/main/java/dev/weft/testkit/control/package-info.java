/** The control planes a lab can stand on, and what they print. */
@NullMarked
package dev.weft.testkit.control;

import org.jspecify.annotations.NullMarked;
