package dev.weft.agent.dataplane;

import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a node is to carry. A network that is not in it has no device on the node.
 *
 * @param node name of the node
 * @param vtep the address that the node's tunnels start from; empty until one is chosen
 * @param networks by the network's name
 * @param txChecksum whether tunnels leave checksums to the card below
 */
public record NodeWish(
    String node,
    Optional<InetAddress> vtep,
    Map<String, NetworkWish> networks,
    boolean txChecksum) {}
