/** IPsec states and policies (XFRM), and their notifications. */
@NullMarked
package dev.weft.netlink.xfrm;

import org.jspecify.annotations.NullMarked;
