/** The control planes a lab can stand on, and what they print. */
@NullMarked
package dev.weft.e2e.control;

import org.jspecify.annotations.NullMarked;
