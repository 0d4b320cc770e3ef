/** Linux networking from Java: namespaces, sockets, addresses and errors. */
@NullMarked
package dev.weft.netlink;

import org.jspecify.annotations.NullMarked;
