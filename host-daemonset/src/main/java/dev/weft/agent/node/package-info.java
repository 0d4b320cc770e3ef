/** Publishes the node: its MeshNode and what its kernel supports. */
@NullMarked
package dev.weft.agent.node;

import org.jspecify.annotations.NullMarked;
