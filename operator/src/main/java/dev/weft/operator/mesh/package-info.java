/** The Mesh's settings with their defaults, its status, and nodes that left it. */
@NullMarked
package dev.weft.operator.mesh;

import org.jspecify.annotations.NullMarked;
