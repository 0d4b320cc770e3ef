package dev.weft.e2e.demo;

import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;

/**
 * A sandbox's place on one network.
 *
 * @param pod name of its Pod
 * @param node the node it is on
 * @param network the network
 * @param address its address there
 * @param sandbox its namespace
 */
record Station(
    String pod, String node, String network, InetAddress address, NetworkNamespace sandbox) {}
