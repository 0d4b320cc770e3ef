/** The node's keys of encrypted networks, and the policies that keep clear text off the wire. */
@NullMarked
package dev.weft.agent.dataplane.ipsec;

import org.jspecify.annotations.NullMarked;
