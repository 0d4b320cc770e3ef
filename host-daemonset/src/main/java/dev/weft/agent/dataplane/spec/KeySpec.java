package dev.weft.agent.dataplane.spec;

import dev.weft.api.Kernel;
import dev.weft.mesh.Encapsulation;
import dev.weft.mesh.keys.KeyTarget;
import dev.weft.mesh.keys.PublishedKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the cluster says of the keys of encrypted networks, while there is such a network.
 *
 * @param published every node's public keys by epoch, at most one of a node
 * @param volume bytes that one node may send to another by a key
 * @param features what this node's kernel lacks
 * @param publicAddress of this node's end of the tunnels, where a NAT gives it another
 */
public record KeySpec(
    KeyTarget target,
    Map<Long, List<PublishedKey>> published,
    long volume,
    Kernel features,
    Optional<InetAddress> publicAddress) {
  public KeySpec {
    published = Map.copyOf(published);
  }

  /**
   * What the packets of encrypted networks must have room for: as long as any node takes them
   * inside UDP, they may have to travel so.
   */
  public Encapsulation encapsulation() {
    return target.udpPort().isPresent()
            || published.values().stream()
                .flatMap(List::stream)
                .anyMatch(key -> key.udpPort().isPresent())
        ? Encapsulation.VXLAN_IN_ESP_IN_UDP
        : Encapsulation.VXLAN_IN_ESP;
  }
}
