package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.reading.Reading;
import dev.weft.api.schema.Admitted;
import dev.weft.operator.allocation.AllocationCache;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** No object that the schema admits makes a decision fail, neither the network's own nor others. */
class AdmittedObjectsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  private static final Map<String, CustomResourceDefinition> SCHEMAS = new HashMap<>();

  @Property(tries = 300)
  void aDecisionIsMadeOfWhateverIsStored(@ForAll long seed, @ForAll boolean bounded)
      throws Exception {
    Admitted some = new Admitted(new Random(seed), bounded);
    ContainerNetwork network = read(some, ContainerNetwork.class);
    ContainerNetwork other = read(some, ContainerNetwork.class);
    MeshNode meshNode = read(some, MeshNode.class);
    NodeFacts node =
        new NodeFacts(meshNode.getMetadata().getName(), null, meshNode, NodeAgent.ALIVE);
    HostNetwork hostNetwork = read(some, HostNetwork.class);
    NetworkEndpoint endpoint = read(some, NetworkEndpoint.class);
    ObservedNetwork observed =
        new ObservedNetwork(
            network,
            read(some, Mesh.class),
            List.of(
                node,
                new NodeFacts(ObservedNetwork.nodeOf(hostNetwork), null, null, NodeAgent.ALIVE)),
            List.of(hostNetwork),
            List.of(endpoint),
            Set.of(node.name()),
            List.of(),
            null);
    AllocationCache ledger = new AllocationCache();

    Decision decision =
        Decision.of(
            observed,
            (each, pools) -> ledger.allocate(each, () -> List.of(network, other), pools),
            CLOCK);

    assertThat(decision.status().conditions()).isNotEmpty();
    assertThat(Teardown.of(observed)).isNotNull();
    assertThat(OrphanVerdict.of(endpoint, node, false, CLOCK.instant())).isNotNull();
  }

  private static <T extends HasMetadata> T read(Admitted some, Class<T> kind) throws Exception {
    String name = HasMetadata.getFullResourceName(kind);
    CustomResourceDefinition crd = SCHEMAS.get(name);
    if (crd == null) {
      String yaml = Files.readString(Path.of("../manifests/crds", name + ".yaml"));
      crd = JSON.unmarshal(yaml, CustomResourceDefinition.class);
      SCHEMAS.put(name, crd);
    }
    return JSON.unmarshal(some.object(crd).toString(), kind);
  }
}
