package dev.weft.agent.desired;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.IpsecEncapsulation;
import dev.weft.api.Kernel;
import dev.weft.api.KeyLifetime;
import dev.weft.api.KeyPhase;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshNode;
import dev.weft.api.NodeKey;
import dev.weft.api.validation.Validation;
import dev.weft.mesh.keys.KeyTarget;
import dev.weft.mesh.keys.PublishedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the key requirements of encrypted networks from the resources. */
public final class KeySpecs {
  private static final Logger LOG = LoggerFactory.getLogger(KeySpecs.class);

  private KeySpecs() {}

  /**
   * The spec; empty while there is no encrypted network, and so no keys.
   *
   * @param features capabilities of the node's kernel
   */
  static Optional<KeySpec> of(ClusterCaches cluster, Kernel features) {
    boolean encrypted =
        cluster.networks().all().stream().anyMatch(KeySpecs::isEncrypted)
            || cluster.hostNetworks().all().stream().anyMatch(KeySpecs::isEncrypted);
    if (!encrypted) {
      return Optional.empty();
    }
    return Optional.of(
        new KeySpec(
            target(cluster.mesh()),
            published(cluster),
            lifetime(cluster.mesh()).volume(),
            features,
            cluster.publicAddress().flatMap(DesiredCache::address)));
  }

  /** Whether this network needs keys. */
  public static boolean isEncrypted(ContainerNetwork network) {
    return network.getSpec() != null
        && Driver.of(network.getSpec().driver()).filter(it -> it == Driver.OVERLAY).isPresent()
        && network.getSpec().overlay() != null
        && Boolean.TRUE.equals(network.getSpec().overlay().encrypted());
  }

  /** Whether this HostNetwork needs keys. */
  public static boolean isEncrypted(HostNetwork hostNetwork) {
    return hostNetwork.getSpec() != null
        && hostNetwork.getSpec().overlay() != null
        && Boolean.TRUE.equals(hostNetwork.getSpec().overlay().encrypted());
  }

  /** Key target of the mesh; before the mesh has one, the target that it will start with. */
  static KeyTarget target(Optional<Mesh> mesh) {
    // epoch and encapsulation come from one object, so neither is older than the other
    Optional<Integer> udpPort = IpsecEncapsulation.udpPort(Validation.ifValid(mesh.orElse(null)));
    Optional<MeshKeys> keys =
        mesh.map(Mesh::getStatus).flatMap(status -> Optional.ofNullable(status.keys()));
    Optional<KeyPhase> phase = keys.flatMap(it -> KeyPhase.of(it.phase()));
    Optional<Long> epoch = keys.flatMap(it -> Optional.ofNullable(it.epoch()));
    return epoch.isEmpty() || phase.isEmpty()
        ? KeyTarget.first(udpPort)
        : new KeyTarget(
            epoch.get(),
            switch (phase.get()) {
              case PREPARE -> KeyTarget.Step.PREPARE;
              case ACTIVATE -> KeyTarget.Step.ACTIVATE;
              case RETIRE, IDLE -> KeyTarget.Step.RETIRE;
            },
            udpPort);
  }

  private static KeyLifetime lifetime(Optional<Mesh> mesh) {
    try {
      return KeyLifetime.of(mesh.orElse(null));
    } catch (IllegalArgumentException | ArithmeticException | java.time.DateTimeException e) {
      LOG.atWarn()
          .log("the mesh's key rotation is malformed, the defaults count: {}", e.getMessage());
      return KeyLifetime.DEFAULT;
    }
  }

  private static Map<Long, List<PublishedKey>> published(ClusterCaches cluster) {
    Map<Long, List<PublishedKey>> published = new HashMap<>();
    for (MeshNode node : cluster.members().members().values()) {
      List<NodeKey> keys = node.getSpec() == null ? null : node.getSpec().keys();
      String vtep = node.getSpec() == null ? null : node.getSpec().vtep();
      Set<Long> epochs = new HashSet<>();
      for (NodeKey key : keys == null ? List.<NodeKey>of() : keys) {
        Long epoch = key.epoch();
        Long generation = key.generation();
        String publicKey = key.publicKey();
        // of two keys of one epoch the first counts
        if (epoch != null && generation != null && publicKey != null && epochs.add(epoch)) {
          published
              .computeIfAbsent(epoch, _ -> new ArrayList<>())
              .add(
                  new PublishedKey(
                      node.getMetadata().getName(),
                      vtep == null ? "" : vtep,
                      generation,
                      publicKey,
                      Optional.ofNullable(key.udpPort())));
        }
      }
    }
    return published;
  }
}
