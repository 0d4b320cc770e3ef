/**
 * The mesh as pure functions: the entries that make one Ethernet segment of a network's endpoints
 * on many nodes.
 *
 * <p>A node tunnels to another (they are <em>peers</em> on a network) as soon as the other node
 * runs an endpoint of the network. The remote endpoints of a network yield, for each node,
 *
 * <ul>
 *   <li>a forwarding entry per MAC address: the VTEP that receives the frame,
 *   <li>a neighbour entry per IP address: the node itself answers ARP and neighbour discovery for
 *       known addresses, so these never cross the wire,
 *   <li>a flood entry per peer VTEP, for broadcast, multicast and unknown addresses.
 * </ul>
 *
 * <p>{@link dev.weft.mesh.Forwarding} holds these entries for a whole network; {@link
 * dev.weft.mesh.ForwardingTable} updates them at a cost that does not grow with the number of
 * endpoints. Nothing here does I/O.
 */
@NullMarked
package dev.weft.mesh;

import org.jspecify.annotations.NullMarked;
