package dev.weft.agent.reach;

import java.net.InetAddress;

/**
 * A node that this one has tunnels to.
 *
 * @param node its name
 * @param vtep where its tunnels start
 * @param full size in bytes of the largest packet that both ends say they take
 */
record Peer(String node, InetAddress vtep, int full) {}
