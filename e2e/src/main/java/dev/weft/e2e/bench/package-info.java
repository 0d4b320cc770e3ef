/** Measures the cost of programming the kernel, compared with other methods. */
@NullMarked
package dev.weft.e2e.bench;

import org.jspecify.annotations.NullMarked;
