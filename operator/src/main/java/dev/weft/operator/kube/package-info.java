/** Conditional writes to the API server, and lists in pages. */
@NullMarked
package dev.weft.operator.kube;

import org.jspecify.annotations.NullMarked;
