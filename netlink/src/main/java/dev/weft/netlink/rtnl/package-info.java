/**
 * Links, addresses, routes, neighbours and forwarding entries (rtnetlink), and their notifications.
 */
@NullMarked
package dev.weft.netlink.rtnl;

import org.jspecify.annotations.NullMarked;
