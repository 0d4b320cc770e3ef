/** Endpoints of this node: who may attach, which address, which interface. */
@NullMarked
package dev.weft.agent.endpoint;

import org.jspecify.annotations.NullMarked;
