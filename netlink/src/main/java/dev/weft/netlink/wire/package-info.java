/** Netlink sockets and messages. Internal: only the other packages of this module use them. */
@NullMarked
package dev.weft.netlink.wire;

import org.jspecify.annotations.NullMarked;
