package dev.weft.agent.dataplane.spec;

import dev.weft.api.OverlayTunnel;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything a node should carry. A network that is not listed has no device on the node.
 *
 * @param node name of the node
 * @param vtep source address of the node's tunnels; empty until it is chosen
 * @param networks by the network's name
 * @param txChecksum whether the underlying card computes checksums of tunnels
 * @param keys of encrypted networks; empty while the cluster has none
 * @param peers source addresses of the mesh's tunnels
 */
public record NodeSpec(
    String node,
    Optional<InetAddress> vtep,
    Map<String, NetworkSpec> networks,
    boolean txChecksum,
    Optional<KeySpec> keys,
    Set<InetAddress> peers) {

  /** A NodeSpec without peers other than those of its remote endpoints. */
  public NodeSpec(
      String node,
      Optional<InetAddress> vtep,
      Map<String, NetworkSpec> networks,
      boolean txChecksum,
      Optional<KeySpec> keys) {
    this(node, vtep, networks, txChecksum, keys, Set.of());
  }

  /** Source addresses of frames from other nodes. */
  public Set<InetAddress> senders() {
    Set<InetAddress> senders = new HashSet<>(peers);
    networks
        .values()
        .forEach(network -> network.remote().values().forEach(each -> senders.add(each.vtep())));
    vtep.ifPresent(senders::remove);
    return senders;
  }

  /** The ports of the encrypted networks, whether or not they can be built. */
  public Set<Integer> encryptedPorts() {
    Set<Integer> ports = new TreeSet<>();
    for (NetworkSpec network : networks.values()) {
      OverlayTunnel tunnel = network.spec().overlay();
      Integer port = tunnel == null ? null : tunnel.port();
      if (network.isEncrypted() && port != null) {
        ports.add(port);
      }
    }
    return ports;
  }

  /** The names of the encrypted networks. */
  public Set<String> encrypted() {
    return networks.entrySet().stream()
        .filter(each -> each.getValue().isEncrypted())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}
