/** Reads the kernel: devices, addresses, routes, packet filter, IPsec tables, sandboxes. */
@NullMarked
package dev.weft.agent.dataplane.kernel;

import org.jspecify.annotations.NullMarked;
