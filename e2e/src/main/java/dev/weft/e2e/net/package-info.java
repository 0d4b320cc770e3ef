/** Packets of the lab seen from outside the kernel's stack: ICMP echo and capture. */
@NullMarked
package dev.weft.e2e.net;

import org.jspecify.annotations.NullMarked;
