package dev.weft.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.KubeletNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods that real kubelets and containerds start, wired by real agents through NRI. */
@Tag("kubelet")
@ExtendWith(InKubeletLab.class)
class PodsTest {
  private static final String SHOW = "ip -o address; " + KubeletPods.STAY;

  private static final String STATUS = "k8s.v1.cni.cncf.io/network-status";

  private static PodNetworks networks;

  private final KubeletLab lab;
  private final Cluster cluster;
  private final KubeletPods pods;

  PodsTest(KubeletLab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.pods = new KubeletPods(lab);
  }

  @BeforeAll
  static void makeNetworks(KubeletLab lab) {
    networks = PodNetworks.create(lab);
  }

  @AfterAll
  static void removeNetworks() {
    if (networks != null) {
      networks.close();
    }
  }

  @AfterEach
  void nothingIsLeft() {
    pods.close();
    networks.awaitNothingLeft();
  }

  /**
   * On a busy machine the agent may not answer within the runtime's two seconds. The pod then
   * starts without its networks, and an Event reports it.
   */
  @Test
  void theFirstProcessOfAPodFindsEveryInterface() {
    List<String> names = List.of("first-0", "first-1", "first-2", "first-3", "first-4", "first-5");
    for (String name : names) {
      pods.run(name, node(names.indexOf(name)).name(), PodNetworks.ALL, SHOW);
    }
    names.forEach(pods::awaitRunning);

    List<String> inTime = names.stream().filter(this::isToldNothingLate).toList();
    assertThat(inTime).isNotEmpty();
    for (String name : names) {
      Map<String, String> addresses = addresses(name);
      assertThat(addresses).containsOnlyKeys("blue", "lan");
      String seen =
          inTime.contains(name) ? pods.log(name) : pods.exec(name, "ip", "-o", "address").orFail();
      assertThat(seen.lines())
          .as(name)
          .anyMatch(line -> line.contains("weft0") && line.contains(addresses.get("blue")))
          .anyMatch(line -> line.contains("weft1") && line.contains(addresses.get("lan")));
    }
  }

  /** Waits until a pod is wired; returns whether its Events report no late wiring. */
  private boolean isToldNothingLate(String name) {
    await(name + " is wired")
        .atMost(InKubeletLab.PATIENCE)
        .until(() ->
            endpoints(name).stream().filter(PodNetworks::isReady).count() == 2
                && !pods.annotation(name, STATUS).isEmpty());
    return pods.events(name).stream()
        .noneMatch(event -> event.getReason().equals("NetworkAttachedLate"));
  }

  @Test
  void podsReachEachOtherAcrossNodesOnBothTheirNetworks() {
    List<String> names = lab.nodes().stream().map(each -> "on-" + each.name()).toList();
    for (KubeletNode node : lab.nodes()) {
      pods.run("on-" + node.name(), node.name(), PodNetworks.ALL, KubeletPods.STAY);
    }
    names.forEach(pods::awaitRunning);

    for (String from : names) {
      for (String to : names) {
        addresses(to)
            .forEach((network, address) ->
                assertThat(pods.exec(from, "ping", "-c", "1", "-W", "5", address).status())
                    .as("from %s to %s on %s", from, to, network)
                    .isZero());
      }
    }
  }

  @Test
  void aPodThatCannotBeAttachedDoesNotStartAndItsEventGivesTheReason() {
    pods.run("lost", node(0).name(), "blue, nowhere", SHOW);

    await()
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(pods.events("lost"))
                .anySatisfy(event -> {
                  assertThat(event.getReason()).isEqualTo("NetworkNotAttached");
                  assertThat(event.getMessage())
                      .isEqualTo(
                          "there is no ContainerNetwork 'nowhere'; create it, or correct the"
                              + " annotation");
                })
                .anySatisfy(event -> {
                  assertThat(event.getReason()).isEqualTo("FailedCreatePodSandBox");
                  assertThat(event.getMessage()).contains("weft: ", "'nowhere'");
                }));
    assertThat(pods.hasStarted("lost")).isFalse();
    await("nothing of it is left half-wired")
        .atMost(InKubeletLab.PATIENCE)
        .until(() -> PodNetworks.left(node(0)).isEmpty());
  }

  @Test
  void aPodThatStartedWithoutTheAgentIsWiredLateAndItsEventReportsIt() {
    KubeletNode node = node(1);
    node.agent().kill();
    try {
      pods.run("early", node.name(), "blue", KubeletPods.STAY);
      pods.awaitRunning("early");
    } finally {
      node.agent().restart();
    }

    await("wired late")
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() -> {
          assertThat(endpoints("early")).hasSize(1).allMatch(PodNetworks::isReady);
          assertThat(pods.events("early"))
              .anyMatch(event -> event.getReason().equals("NetworkAttachedLate"));
        });
    assertThat(pods.exec("early", "ip", "-o", "address").orFail())
        .contains(addresses("early").get("blue"));
  }

  @Test
  void aPodsStatusNamesItsInterfacesAsMultusDoes() {
    pods.run("told", node(2).name(), PodNetworks.ALL, KubeletPods.STAY);
    pods.awaitRunning("told");

    await()
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(pods.annotation("told", STATUS))
                .contains("weft0", "weft1", addresses("told").get("lan")));
  }

  private KubeletNode node(int index) {
    return lab.nodes().get(index % lab.nodes().size());
  }

  private List<NetworkEndpoint> endpoints(String pod) {
    return PodNetworks.NAMES.stream()
        .flatMap(network -> cluster.endpoints(network).stream())
        .filter(each -> PodNetworks.isOf(each, pod))
        .toList();
  }

  private Map<String, String> addresses(String pod) {
    return endpoints(pod).stream()
        .collect(Collectors.toMap(each -> each.getSpec().network(), PodNetworks::address));
  }
}
