/** nftables through libnftables or through messages that read nothing, and its notifications. */
@NullMarked
package dev.weft.netlink.nft;

import org.jspecify.annotations.NullMarked;
