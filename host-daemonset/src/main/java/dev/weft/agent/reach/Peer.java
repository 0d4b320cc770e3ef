package dev.weft.agent.reach;

import java.net.InetAddress;

/**
 * A node with which this one shares tunnels.
 *
 * @param node its name
 * @param vtep address of its tunnels
 * @param full size in bytes of the largest packet that both ends accept
 */
record Peer(String node, InetAddress vtep, int full) {}
