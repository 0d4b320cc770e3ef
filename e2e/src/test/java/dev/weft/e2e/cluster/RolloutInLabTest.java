package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Names;
import dev.weft.api.Reason;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Roll-out of a change to the nodes, and dry run of a change. */
@Tag("api-server")
@ExtendWith(InLab.class)
class RolloutInLabTest {
  private final Lab lab;
  private final Cluster cluster;
  private final Made made;

  RolloutInLabTest(Lab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.made = new Made(lab);
  }

  @AfterEach
  void removeWhatWasMade() {
    made.close();
  }

  @Test
  void aChangeStopsAtTheFirstFailedNodeAndContinuesOnceItIsRepaired() {
    made.network("waves", "driver: bridge\nrollout: {maxUnavailable: 1}");
    InLab.awaitReady(cluster, "waves");
    Long before = network("waves").getMetadata().getGeneration();
    LabNode first = lab.node("weft-1");
    try (Netlink node = Netlink.open(first.namespace())) {
      node.linkAdd(LinkSpec.of("taken", new LinkKind.Bridge()));

      change("waves", "driver: bridge\nrollout: {maxUnavailable: 1}\nbridge: {name: taken}");

      awaitReason("waves", Reason.ROLLOUT_HALTED);
      assertThat(cluster.condition("waves", Conditions.READY).orElseThrow().getMessage())
          .contains("has reached 1 of", "1 at a time", "weft-1", "taken");
      lab.operator().kill();
      lab.operator().restart();
      await()
          .during(java.time.Duration.ofSeconds(3))
          .atMost(InLab.PATIENCE)
          .until(() -> told("waves", before).size() == lab.nodes().size() - 1);
      assertThat(told("waves", before)).doesNotContainKey("weft-1");

      node.linkDelete(node.link("taken").orElseThrow().index());

      InLab.awaitReady(cluster, "waves");
      assertThat(told("waves", before)).isEmpty();
    }
    assertThat(lab.nodes()).allSatisfy(each -> assertThat(device(each, "taken")).isPresent());
  }

  @Test
  void aDryRunChangesNothingAndReportsWhatEachNodeWouldChange() {
    made.network("dry", "driver: bridge\nmode: Plan");
    awaitReason("dry", Reason.PLANNED);
    assertThat(plans("dry"))
        .hasSameSizeAs(lab.nodes())
        .allSatisfy((node, changes) -> assertThat(changes).anyMatch(it -> it.contains("weft-dry")));
    assertThat(lab.nodes()).allSatisfy(each -> assertThat(device(each, "weft-dry")).isEmpty());

    change("dry", "driver: bridge\nmode: Apply");
    InLab.awaitReady(cluster, "dry");
    assertThat(lab.nodes()).allSatisfy(each -> assertThat(mtu(each)).isEqualTo(1500));

    change("dry", "driver: bridge\nmode: Plan\nmtu: 1400");
    awaitReason("dry", Reason.PLANNED);
    assertThat(plans("dry"))
        .hasSameSizeAs(lab.nodes())
        .allSatisfy(
            (node, changes) -> assertThat(changes).anyMatch(it -> it.contains("MTU was 1500")));
    made.runningPod("dry-pod", "weft-1", "dry");
    assertThat(lab.nodes()).allSatisfy(each -> assertThat(mtu(each)).isEqualTo(1500));

    change("dry", "driver: bridge\nmode: Apply\nmtu: 1400");
    InLab.awaitReady(cluster, "dry");
    assertThat(lab.nodes()).allSatisfy(each -> assertThat(mtu(each)).isEqualTo(1400));
    await().atMost(InLab.PATIENCE).until(() -> plans("dry").isEmpty());
  }

  private void change(String name, String spec) {
    ContainerNetwork changed =
        lab.client()
            .getKubernetesSerialization()
            .unmarshal(
                """
                apiVersion: weft.dev/v1alpha1
                kind: ContainerNetwork
                metadata:
                  name: %s
                spec:
                %s
                """
                    .formatted(name, spec.indent(2)),
                ContainerNetwork.class);
    KubernetesClient client = lab.client();
    client.resource(changed).fieldManager("user").forceConflicts().serverSideApply();
  }

  private ContainerNetwork network(String name) {
    return cluster.network(name).orElseThrow();
  }

  /** Waits until Ready has this reason for the present revision. */
  private void awaitReason(String name, Reason reason) {
    await(name + " is " + reason)
        .atMost(InLab.PATIENCE)
        .until(() ->
            cluster
                .condition(name, Conditions.READY)
                .filter(reason::isOf)
                .filter(each ->
                    network(name)
                        .getMetadata()
                        .getGeneration()
                        .equals(each.getObservedGeneration()))
                .isPresent());
  }

  /** The nodes whose HostNetwork has this revision. */
  private Map<String, Long> told(String name, Long revision) {
    Map<String, Long> told = new TreeMap<>();
    hostNetworks(name)
        .forEach(each -> told.put(each.getSpec().node(), each.getSpec().networkGeneration()));
    told.values().removeIf(each -> !each.equals(revision));
    return told;
  }

  private Map<String, List<String>> plans(String name) {
    Map<String, List<String>> plans = new TreeMap<>();
    hostNetworks(name).stream()
        .filter(each -> each.getStatus() != null && each.getStatus().plan() != null)
        .forEach(each -> plans.put(each.getSpec().node(), each.getStatus().plan().changes()));
    return plans;
  }

  private List<HostNetwork> hostNetworks(String name) {
    return lab.client()
        .resources(HostNetwork.class)
        .withLabel(Names.NETWORK_LABEL, name)
        .list()
        .getItems();
  }

  private static int mtu(LabNode node) {
    return device(node, "weft-dry").orElseThrow().mtu();
  }

  private static Optional<Link> device(LabNode node, String name) {
    try (Netlink netlink = Netlink.open(node.namespace())) {
      return netlink.link(name);
    }
  }
}
