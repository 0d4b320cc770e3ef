package dev.weft.mesh;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;

/**
 * One address of an endpoint that runs on another node.
 *
 * <p>An interface with an IPv4 and an IPv6 address has two of these, with the same MAC address.
 *
 * @param address the endpoint's address inside the network
 * @param mac the endpoint's MAC address inside the network
 * @param vtep the underlay address of the node that holds the endpoint
 */
public record RemoteEndpoint(InetAddress address, MacAddress mac, InetAddress vtep) {}
