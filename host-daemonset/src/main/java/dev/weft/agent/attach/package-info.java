/**
 * Attaches sandboxes to networks: claims an address and an interface for each, then wires them.
 *
 * <p>A sandbox holds an address once its {@link dev.weft.api.NetworkEndpoint} is created. While the
 * API server handles that request, the agent creates the interface, down and without an address. If
 * another agent gets the address, it removes the interface. The page {@code
 * docs/internals/attach.md} has the sequence.
 */
@NullMarked
package dev.weft.agent.attach;

import org.jspecify.annotations.NullMarked;
