/**
 * Endpoints of this node: who may attach, which address, which interface.
 *
 * <p>An address is had once its {@link dev.weft.api.NetworkEndpoint} is created. While the API
 * server is asked for that, the interface is made, without address and down; if the address goes to
 * somebody else, so does the interface go.
 */
@NullMarked
package dev.weft.agent.attach;

import org.jspecify.annotations.NullMarked;
