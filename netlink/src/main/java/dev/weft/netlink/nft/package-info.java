/** nftables by libnftables, and its notifications. */
@NullMarked
package dev.weft.netlink.nft;

import org.jspecify.annotations.NullMarked;
