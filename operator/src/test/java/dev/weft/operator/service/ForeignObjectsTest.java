package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.reading.Reading;
import dev.weft.api.schema.Foreign;
import dev.weft.operator.node.AgentLeases;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** All readers of Kubernetes' own kinds accept objects with odd fields. */
class ForeignObjectsTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Property(tries = 300)
  void noStoredObjectStopsAReader(@ForAll long seed) {
    Foreign foreign = new Foreign(new Random(seed));
    AgentLeases leases = new AgentLeases(Clock.systemUTC());

    Lease lease = read(foreign, Lease.class, "weft-agent-n1");
    boolean _ = leases.renewed("n1", lease);
    boolean _ = leases.renewed("n1", read(foreign, Lease.class, "weft-agent-n1"));
    assertThat(leases.agent("n1")).isNotNull();
    assertThat(AgentLeases.node(lease)).contains("n1");
    assertThat(List.of(true, false)).contains(NodeFacts.isReady(read(foreign, Node.class, "n1")));
    assertThat(Statuses.Progress.of(read(foreign, Deployment.class, "shop"))).isNotNull();
    Task task = new Task(read(foreign, Pod.class, "shop-1"), List.of(endpoint()));
    assertThat(task.trouble()).isNotNull();
    assertThat(task.isReady()).isFalse();
    assertThat(
            Slices.of(
                service(),
                "shop-tasks",
                true,
                List.of(task),
                List.of(read(foreign, EndpointSlice.class, "shop-tasks-ipv4-0"))))
        .isNotNull();
  }

  private static OverlayService service() {
    OverlayService service = new OverlayService();
    service.setMetadata(
        new ObjectMetaBuilder().withName("shop").withNamespace("default").withUid("u").build());
    service.setSpec(OverlayServiceSpecBuilder.builder().network("blue").build());
    return service;
  }

  private static NetworkEndpoint endpoint() {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(new ObjectMetaBuilder().withName("blue.10.10.0.2").build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder().network("blue").address("10.10.0.2/24").build());
    return endpoint;
  }

  private static <T extends HasMetadata> T read(Foreign foreign, Class<T> kind, String name) {
    return JSON.unmarshal(
        foreign.object(HasMetadata.getKind(kind), "default", name).toString(), kind);
  }
}
