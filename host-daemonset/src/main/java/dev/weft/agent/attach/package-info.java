/**
 * Attaches sandboxes to networks: claims an address and an interface for each, and has them wired.
 *
 * <p>A sandbox has an address once its {@link dev.weft.api.NetworkEndpoint} is created. While the
 * API server is asked for that, the interface is made, without address and down; if another agent
 * gets the address, the interface is removed. The page {@code docs/internals/attach.md} has the
 * sequence.
 */
@NullMarked
package dev.weft.agent.attach;

import org.jspecify.annotations.NullMarked;
