/** Linux networking from Java. */
@NullMarked
package dev.weft.netlink;

import org.jspecify.annotations.NullMarked;
