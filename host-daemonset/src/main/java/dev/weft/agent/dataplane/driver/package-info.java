/** The desired state: the items of a network and its endpoints on this node. Pure. */
@NullMarked
package dev.weft.agent.dataplane.driver;

import org.jspecify.annotations.NullMarked;
