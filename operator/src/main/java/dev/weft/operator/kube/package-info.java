/** Writes to the API server that respect what was read. */
@NullMarked
package dev.weft.operator.kube;

import org.jspecify.annotations.NullMarked;
