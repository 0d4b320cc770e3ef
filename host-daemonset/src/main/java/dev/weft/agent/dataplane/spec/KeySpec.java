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
 * The cluster's state of the keys, present while an encrypted network exists.
 *
 * @param published the nodes' public keys by epoch, at most one for each node
 * @param volume bytes that one node may send to another with one key
 * @param features release and missing features of this node's kernel
 * @param publicAddress address of this node's VTEP behind a NAT, where it differs
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
   * The encapsulation that the MTU must allow for. Packets may travel as ESP in UDP as long as any
   * node uses that.
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
