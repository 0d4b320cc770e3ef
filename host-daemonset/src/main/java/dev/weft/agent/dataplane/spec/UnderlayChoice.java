package dev.weft.agent.dataplane.spec;

import dev.weft.api.IpFamily;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * How to choose the underlay.
 *
 * @param cidrs the first block that contains an address of the node decides; empty: no constraint
 * @param interfaceName the interface that must hold the address
 * @param family the address's family; by default IPv4 is preferred
 * @param declared the InternalIPs of the Node; without blocks and interface, the first of them that
 *     the node has decides
 * @param reaches the API server's address; else, the source address that the node uses towards it
 *     decides
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
