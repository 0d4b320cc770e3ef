/**
 * The mesh as pure functions: what every node must know so that the endpoints of a network, spread
 * over many nodes, share one Ethernet segment.
 *
 * <p>A node tunnels to another (they are <em>peers</em> on a network) as soon as that other node
 * holds an endpoint of the network. From the remote endpoints of one network follow, for one node,
 *
 * <ul>
 *   <li>a forwarding entry per MAC address: which VTEP takes the frame,
 *   <li>a neighbour entry per IP address, so that ARP and neighbour discovery for known addresses
 *       are answered on the node and never cross the wire,
 *   <li>a flood entry per peer VTEP, for broadcast, multicast and unknown addresses.
 * </ul>
 *
 * <p>{@link dev.weft.mesh.Forwarding} states these for a whole network; {@link
 * dev.weft.mesh.ForwardingTable} keeps them up to date at a cost that does not grow with the number
 * of endpoints. Nothing here does I/O.
 */
@NullMarked
package dev.weft.mesh;

import org.jspecify.annotations.NullMarked;
