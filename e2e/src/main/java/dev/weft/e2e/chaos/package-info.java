/** Random faults with a seed, and what must hold throughout. */
@NullMarked
package dev.weft.e2e.chaos;

import org.jspecify.annotations.NullMarked;
