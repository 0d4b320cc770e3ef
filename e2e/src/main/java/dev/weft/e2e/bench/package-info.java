/** Measures what programming the kernel costs, beside other ways to do the same. */
@NullMarked
package dev.weft.e2e.bench;

import org.jspecify.annotations.NullMarked;
