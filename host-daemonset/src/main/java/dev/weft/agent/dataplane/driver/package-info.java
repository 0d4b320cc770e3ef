/** The desired state: what a network and its endpoints are on this node. Pure. */
@NullMarked
package dev.weft.agent.dataplane.driver;

import org.jspecify.annotations.NullMarked;
