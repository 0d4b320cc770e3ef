package dev.weft.agent.dataplane.spec;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * One sandbox of this node on one network: one interface.
 *
 * @param id distinguishes the endpoint from all others of the network, now and after a restart of
 *     the agent; up to 180 visible characters of ASCII
 * @param sandbox file of the sandbox's network namespace, such as {@code /run/netns/a}
 * @param interfaceName the interface's name in the sandbox, 1 to 15 characters
 * @param mac the interface's MAC address
 * @param addresses the interface's addresses with the length of their subnets; it is down until it
 *     has one
 * @param defaultRoute whether the sandbox's way out is by this network, if it has a gateway and the
 *     sandbox no other way out
 */
public record LocalEndpoint(
    String id,
    Path sandbox,
    String interfaceName,
    MacAddress mac,
    List<IpPrefix> addresses,
    boolean defaultRoute) {

  public LocalEndpoint {
    addresses = List.copyOf(addresses);
  }

  /** Whether the interface is up. */
  public boolean isUp() {
    return !addresses.isEmpty();
  }
}
