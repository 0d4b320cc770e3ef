/** The virtual machine with ESP. */
@NullMarked
package dev.weft.e2e.machine;

import org.jspecify.annotations.NullMarked;
