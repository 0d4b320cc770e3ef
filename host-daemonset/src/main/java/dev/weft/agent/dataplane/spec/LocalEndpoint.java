package dev.weft.agent.dataplane.spec;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * One sandbox of this node on one network, with one interface.
 *
 * @param id unique among the network's endpoints, also after a restart of the agent; up to 180
 *     visible ASCII characters
 * @param sandbox file of the sandbox's network namespace, such as {@code /run/netns/a}
 * @param interfaceName the interface's name in the sandbox, 1 to 15 characters
 * @param mac the interface's MAC address
 * @param addresses the interface's addresses with their prefix lengths; without one it stays down
 * @param defaultRoute whether this network provides the sandbox's default route, if the network has
 *     a gateway and the sandbox no other default route
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
