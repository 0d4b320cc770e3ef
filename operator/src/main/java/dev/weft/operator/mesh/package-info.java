/** Reconciles the Mesh: settings with defaults, status, keys, and nodes that left. */
@NullMarked
package dev.weft.operator.mesh;

import org.jspecify.annotations.NullMarked;
