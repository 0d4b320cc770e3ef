/** Netlink sockets and messages. Internal: the families build on it, nothing else does. */
@NullMarked
package dev.weft.netlink.wire;

import org.jspecify.annotations.NullMarked;
