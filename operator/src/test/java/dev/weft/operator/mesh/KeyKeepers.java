package dev.weft.operator.mesh;

import dev.weft.api.KeyPhase;
import dev.weft.api.KeyProgress;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.MeshNodeStatus;
import dev.weft.api.Names;
import dev.weft.api.NodeKey;
import dev.weft.mesh.keys.NodeKeyPair;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Simulates the agents' work on keys, one step for each call. */
final class KeyKeepers {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KubernetesClient client;
  private final TreeMap<String, TreeMap<Long, NodeKey>> keys = new TreeMap<>();
  private @Nullable Integer udpPort;

  KeyKeepers(KubernetesClient client) {
    this.client = client;
  }

  /** UDP port of keys created from now on; {@code null}: plain ESP. */
  void takeAt(@Nullable Integer port) {
    udpPort = port;
  }

  /** Makes the nodes do and acknowledge the mesh's present phase. */
  void act(String... nodes) {
    act(null, nodes);
  }

  void act(@Nullable Long exhausted, String... nodes) {
    Mesh mesh = client.resources(Mesh.class).withName(Names.MESH).get();
    MeshKeys asked = mesh == null || mesh.getStatus() == null ? null : mesh.getStatus().keys();
    if (asked == null) {
      return;
    }
    for (String node : nodes) {
      publish(node, asked);
    }
    long epoch = Objects.requireNonNull(asked.epoch());
    String digest =
        new KeyHolders(client.resources(MeshNode.class).list().getItems(), Set.of())
            .directory(epoch)
            .digest();
    for (String node : nodes) {
      boolean sends = KeyPhase.of(asked.phase()).orElseThrow() != KeyPhase.PREPARE;
      MeshNode fresh = named(node);
      fresh.setStatus(
          new MeshNodeStatus(
              null, null, new KeyProgress(epoch, digest, sends ? epoch : null, exhausted)));
      client.resource(fresh).subresource("status").patch(forced());
    }
  }

  private void publish(String node, MeshKeys asked) {
    long epoch = Objects.requireNonNull(asked.epoch());
    TreeMap<Long, NodeKey> own = keys.computeIfAbsent(node, each -> new TreeMap<>());
    own.computeIfAbsent(
        epoch, each -> new NodeKey(each, 0L, NodeKeyPair.fresh(RANDOM).publicKey(), udpPort));
    KeyPhase phase = KeyPhase.of(asked.phase()).orElseThrow();
    if (phase == KeyPhase.RETIRE || phase == KeyPhase.IDLE) {
      own.headMap(epoch).clear();
    }
    MeshNode fresh = named(node);
    fresh.setSpec(MeshNodeSpecBuilder.builder().keys(List.copyOf(own.values())).build());
    client.resource(fresh).patch(forced());
  }

  private static MeshNode named(String node) {
    MeshNode named = new MeshNode();
    named.setMetadata(new ObjectMetaBuilder().withName(node).build());
    return named;
  }

  private static PatchContext forced() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager("keys")
        .withForce(true)
        .build();
  }
}
