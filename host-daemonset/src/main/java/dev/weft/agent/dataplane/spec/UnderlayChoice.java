package dev.weft.agent.dataplane.spec;

import dev.weft.api.IpFamily;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * How to choose the underlay.
 *
 * @param cidrs the first that holds an address of the node decides; empty: no constraint
 * @param interfaceName the interface that must hold the address
 * @param family the address's family; without it IPv4 is preferred
 * @param declared without blocks and interface, the first of these that the node has decides: the
 *     InternalIPs of its Node
 * @param reaches else, the address by which the node reaches this one: the API server's
 */
public record UnderlayChoice(
    List<IpPrefix> cidrs,
    Optional<String> interfaceName,
    Optional<IpFamily> family,
    List<InetAddress> declared,
    Optional<InetAddress> reaches) {
  public UnderlayChoice {
    cidrs = List.copyOf(cidrs);
    declared = List.copyOf(declared);
  }
}
