/** Injects random faults from a seed, and checks what must hold throughout. */
@NullMarked
package dev.weft.e2e.chaos;

import org.jspecify.annotations.NullMarked;
