package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.ApiClients;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.sandbox.NamespaceDirectory;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.IpAddress;
import dev.weft.api.Kernel;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NetworkEndpointStatus;
import dev.weft.api.SandboxReference;
import dev.weft.api.SubnetBuilder;
import dev.weft.mesh.Macs;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's Kubernetes side on a real kube-apiserver; the kernel is on paper. */
@NullUnmarked
@Tag("api-server")
class AgentOnApiServerTest {
  private static TestApiServer server;

  @TempDir Path directory;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private KubernetesClient api;

  @BeforeAll
  static void startServer() throws IOException {
    Awaitility.setDefaultTimeout(20, TimeUnit.SECONDS);
    server = TestApiServer.start();
    server
        .client()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(Names.NAMESPACE)
                .endMetadata()
                .build())
        .create();
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void api() {
    api = server.client();
  }

  @AfterEach
  void clean() throws Exception {
    while (!running.isEmpty()) {
      running.pop().close();
    }
    for (HostNetwork each : api.resources(HostNetwork.class).list().getItems()) {
      if (!each.getFinalizers().isEmpty()) {
        each.getMetadata().setFinalizers(List.of());
        api.resource(each).update();
      }
    }
    api.pods().inNamespace("default").withGracePeriod(0).delete();
    await().until(() -> api.pods().inNamespace("default").list().getItems().isEmpty());
    for (Class<? extends HasMetadata> kind :
        List.of(NetworkEndpoint.class, HostNetwork.class, ContainerNetwork.class, MeshNode.class)) {
      api.resources(kind).delete();
      await().until(() -> api.resources(kind).list().getItems().isEmpty());
    }
  }

  @Test
  void aSandboxIsAttachedThoughTheOperatorCreatedNoHostNetwork() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");

    NetworkEndpoint endpoint = ready("blue.10.1.0.1");

    assertThat(endpoint.getSpec().sandbox().podUid()).isEqualTo("uid-one");
    assertThat(endpoint.getSpec().mac()).isEqualTo("02:42:0a:01:00:01");
    assertThat(endpoint.getSpec().interfaceName()).isEqualTo("eth0");
    assertThat(node.kernel.desired.get("blue")).contains("one:eth0 eth0 [10.1.0.1/24]");
    await()
        .untilAsserted(() -> {
          HostNetwork hostNetwork = hostNetwork("blue", "a");
          assertThat(hostNetwork.getStatus()).isNotNull();
          assertThat(Conditions.isTrue(hostNetwork.getStatus().conditions(), "Ready")).isTrue();
          assertThat(hostNetwork.getStatus().observedGeneration())
              .isEqualTo(hostNetwork.getMetadata().getGeneration());
          assertThat(hostNetwork.getStatus().devices()).containsExactly("paper-blue");
          assertThat(hostNetwork.getStatus().endpoints()).isEqualTo(1);
        });
  }

  @Test
  void aSandboxHasSeveralInterfacesOnOneNetworkAndKeepsThem() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue, blue@data0, blue");
    for (int i = 1; i <= 3; i++) {
      ready("blue.10.1.0." + i);
    }
    Set<String> interfaces =
        Set.of(
            "one:eth0 eth0 [10.1.0.1/24]",
            "one:data0 data0 [10.1.0.2/24]",
            "one:eth1 eth1 [10.1.0.3/24]");
    interfaces.forEach(each -> assertThat(node.kernel.desired.get("blue")).contains(each));
    node.agent.close();

    Node again = node("a");
    again.agent.ready().get(20, TimeUnit.SECONDS);

    interfaces.forEach(each -> assertThat(again.kernel.desired.get("blue")).contains(each));
    assertThat(endpoints()).hasSize(3);
    again.end("one");
    await().until(() -> endpoints().isEmpty());
  }

  @Test
  void aSandboxThatComesWhileItsNetworkGoesHasItBuiltAnew() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    node.end("one");
    await().until(() -> endpoints().isEmpty());
    var hostNetwork = api.resources(HostNetwork.class).withName("blue.a");
    String former = hostNetwork.get().getMetadata().getUid();
    hostNetwork.edit(each -> {
      each.getMetadata().getFinalizers().add("example.com/holds");
      return each;
    });
    hostNetwork.delete();

    node.sandbox("two", "blue");
    await().until(() -> hostNetwork.get().getMetadata().getFinalizers().size() == 1);
    hostNetwork.edit(each -> {
      each.getMetadata().getFinalizers().remove("example.com/holds");
      return each;
    });

    ready("blue.10.1.0.2");
    assertThat(hostNetwork.get().getMetadata().getUid()).isNotEqualTo(former);
  }

  @Test
  void anAddressThatAMachineOfTheLanHoldsIsNotTaken() throws Exception {
    ContainerNetwork stored = lan();
    api.resource(HostNetworks.of(stored, "a")).create();
    Node node = node("a");
    node.probe.machines.put("nic 10.5.0.1", "02:00:00:00:00:99");

    node.sandbox("any", "lan");
    ready("lan.10.5.0.2");
    node.files.write(
        "static",
        """
        {"id":"static","namespace":"default","pod":"static","podUid":"uid-static","netns":"/run/netns/s",
         "networks":"[{\\"name\\":\\"lan\\",\\"ips\\":[\\"10.5.0.1\\"]}]"}
        """);
    await()
        .untilAsserted(() ->
            assertThat(node.error("static"))
                .contains("10.5.0.1 on network lan", "02:00:00:00:00:99"));
    assertThat(endpoints()).containsExactly("lan.10.5.0.2");
    assertThat(node.kernel.everDesired).noneMatch(each -> each.contains("10.5.0.1/"));
  }

  @Test
  void anAddressClaimedBeforeItWasKnownThatTheLanHasItIsGivenBack() throws Exception {
    ContainerNetwork stored = lan();
    api.resource(HostNetworks.of(stored, "a")).create();
    api.resource(Given.endpoint(stored, "a", "one", "10.5.0.9/24")).create();
    Node node = node("a");
    node.probe.machines.put("nic 10.5.0.9", "02:00:00:00:00:99");

    node.sandbox("one", "lan");

    ready("lan.10.5.0.1");
    assertThat(endpoints()).containsExactly("lan.10.5.0.1");
  }

  private ContainerNetwork lan() {
    ContainerNetwork lan =
        Given.network("lan", "macvlan", SubnetBuilder.builder().cidr("10.5.0.0/24").build());
    lan.setSpec(
        ContainerNetworkSpecBuilder.builder(lan.getSpec())
            .macvlan(MacvlanOptionsBuilder.builder().parent("nic").build())
            .build());
    return network(lan);
  }

  @Test
  void aPodKeepsItsAddressesOverSandboxesAndShowsThemToReadersOfMultus() throws Exception {
    assumeTrue(server.isReal(), "the embedded API server takes no annotation with a pod's status");
    network(Given.overlay("blue", "10.1.0.0/24"));
    Pod pod = pod("kept");
    Node node = node("a");
    node.sandboxOf("first", pod, "blue, blue@data0");
    String uid = ready("blue.10.1.0.1").getMetadata().getUid();
    ready("blue.10.1.0.2");
    await()
        .untilAsserted(() ->
            assertThat(networkStatus("kept"))
                .startsWith("[{\"name\":\"cbr0\"},")
                .contains("weft.dev/blue", "data0", "10.1.0.2", "02:42:0a:01:00:02"));

    node.end("first");
    await().until(() -> !node.kernel.desired.get("blue").contains("first"));
    node.sandboxOf("second", pod, "blue, blue@data0");

    await().until(() -> node.kernel.desired.get("blue").contains("second:eth0 eth0 [10.1.0.1/24]"));
    assertThat(ready("blue.10.1.0.1").getMetadata().getUid()).isEqualTo(uid);
    assertThat(endpoints()).hasSize(2);

    api.resource(pod).withGracePeriod(0).delete();
    node.end("second");
    await().until(() -> endpoints().isEmpty());
  }

  @Test
  void aPodsNextSandboxTakesItsAddressesFromOneThatHasNotEndedYet() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Pod pod = pod("again");
    Node node = node("a");
    node.sandboxOf("first", pod, "blue");
    ready("blue.10.1.0.1");

    node.sandboxOf("second", pod, "blue");

    await()
        .untilAsserted(() ->
            assertThat(node.kernel.desired.get("blue"))
                .contains("second:eth0 eth0 [10.1.0.1/24]")
                .doesNotContain("first:eth0"));
    assertThat(endpoints()).hasSize(1);
  }

  @Test
  void aPodThatIsBoundToTheNodeHasItsAddressBeforeItsSandbox() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    Pod pod = bound("early", "a", "blue, blue@data0");
    Pod _ = bound("elsewhere", "b", "blue");
    await().until(() -> endpoints().equals(Set.of("blue.10.1.0.1", "blue.10.1.0.2")));
    assertThat(api.resources(NetworkEndpoint.class).list().getItems())
        .allSatisfy(each -> {
          assertThat(each.getSpec().sandbox().podUid()).isEqualTo(pod.getMetadata().getUid());
          assertThat(each.getSpec().sandbox().id()).isNull();
          assertThat(each.getStatus()).isNull();
        });
    await().until(() -> node.kernel.desired.containsKey("blue"));
    assertThat(node.kernel.desired.get("blue")).startsWith("local []");

    int before = node.requests().size();
    node.sandboxOf("s1", pod, "blue, blue@data0");

    ready("blue.10.1.0.1");
    ready("blue.10.1.0.2");
    assertThat(node.kernel.desired.get("blue"))
        .contains("s1:eth1 eth1 [10.1.0.1/24]", "s1:data0 data0 [10.1.0.2/24]");
    await().untilAsserted(() -> assertThat(sandboxesOf("blue.10.1.0.1")).isEqualTo("s1"));
    await().untilAsserted(() -> assertThat(sandboxesOf("blue.10.1.0.2")).isEqualTo("s1"));
    assertThat(node.requests().stream().skip(before))
        .noneMatch(each -> each.startsWith("POST") && each.contains("networkendpoints"));
    assertThat(endpoints()).hasSize(2);

    api.resource(pod).withGracePeriod(0).delete();
    node.end("s1");
    await().until(() -> endpoints().isEmpty());
  }

  @Test
  void aPodThatEndsBeforeItIsStartedGivesItsAddressBack() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    Pod deleted = bound("deleted", "a", "blue");
    await().until(() -> endpoints().size() == 1);
    Pod failed = bound("failed", "a", "blue");
    await().until(() -> endpoints().size() == 2);
    Pod away = bound("away", "a", "blue");
    await().until(() -> endpoints().size() == 3);

    api.resource(deleted).withGracePeriod(0).delete();
    api.resource(failed)
        .editStatus(
            each -> new PodBuilder(each).editOrNewStatus().withPhase("Failed").endStatus().build());
    await().until(() -> endpoints().equals(Set.of("blue.10.1.0.3")));
    node.agent.close();
    api.resource(away).withGracePeriod(0).delete();
    Node again = node("a");

    await().until(() -> endpoints().isEmpty());
    assertThat(again.kernel.everDesired).noneMatch(each -> each.contains("10.1.0."));
  }

  @Test
  void whatANewSandboxHasNoUseForIsGivenBack() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    network(Given.overlay("red", "10.2.0.0/24"));
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    Pod pod = bound("changed", "a", "blue, red");
    await().until(() -> endpoints().equals(Set.of("blue.10.1.0.1", "red.10.2.0.1")));
    node.probe.foreign = Set.of("lo", "eth0", "eth1");

    node.sandboxOf("s1", pod, "blue");

    await().until(() -> node.kernel.desired.get("blue").contains("s1:eth2 eth2"));
    await().until(() -> endpoints().size() == 1);
    assertThat(node.kernel.everDesired).noneMatch(each -> each.contains("s1:eth1"));
    assertThat(node.kernel.everDesired).noneMatch(each -> each.contains("10.2.0.1"));
  }

  @Test
  void anAgentThatIsKilledBeforeItBoundAnEndpointLeavesTheSandboxWired() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    Pod pod = bound("told", "a", "blue");
    NetworkEndpoint claimed = Given.endpoint(network, "a", "told", "10.1.0.9/24");
    claimed.setSpec(
        NetworkEndpointSpecBuilder.builder(claimed.getSpec())
            .sandbox(
                new SandboxReference(null, "default", "told", pod.getMetadata().getUid(), null))
            .build());
    api.resource(HostNetworks.of(network, "a")).create();
    api.resource(claimed).create();
    Node node = new Node("a", URI.create(api.getMasterUrl().toString()).getPort());
    node.sandboxOf("s1", pod, "blue");
    node.probe.ours = Set.of("eth7");

    start(node);

    ready("blue.10.1.0.9");
    assertThat(node.kernel.everDesired)
        .allMatch(each -> each.contains("s1:eth7 eth7 [10.1.0.9/24]"));
    await().untilAsserted(() -> assertThat(sandboxesOf("blue.10.1.0.9")).isEqualTo("s1"));
    assertThat(endpoints()).hasSize(1);
  }

  private String sandboxesOf(String endpoint) {
    return api.resources(NetworkEndpoint.class).withName(endpoint).get().getSpec().sandbox().id();
  }

  private Pod pod(String name) {
    return api.resource(unbound(name)).create();
  }

  private Pod bound(String name, String node, String networks) {
    return api.resource(
            new PodBuilder(unbound(name))
                .editMetadata()
                .addToAnnotations(Names.NETWORKS_ANNOTATION, networks)
                .endMetadata()
                .editSpec()
                .withNodeName(node)
                .endSpec()
                .build())
        .create();
  }

  private static Pod unbound(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .addToAnnotations("k8s.v1.cni.cncf.io/network-status", "[{\"name\":\"cbr0\"}]")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("c")
        .withImage("i")
        .endContainer()
        .endSpec()
        .build();
  }

  private String networkStatus(String pod) {
    return api.pods()
        .inNamespace("default")
        .withName(pod)
        .get()
        .getMetadata()
        .getAnnotations()
        .get("k8s.v1.cni.cncf.io/network-status");
  }

  @Test
  void aSandboxThatEndsGivesItsAddressBackAndNoOther() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    node.sandbox("two", "blue");
    ready("blue.10.1.0.2");

    node.end("one");

    await().until(() -> endpoints().equals(Set.of("blue.10.1.0.2")));
  }

  @Test
  void aStatusThatAnotherClientWroteIsWrittenAgain() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    node("a").sandbox("one", "blue");
    NetworkEndpoint endpoint = ready("blue.10.1.0.1");
    String wired = endpoint.getMetadata().getResourceVersion();

    endpoint.setStatus(new NetworkEndpointStatus(1L, List.of()));
    api.resource(endpoint).updateStatus();

    assertThat(ready("blue.10.1.0.1").getMetadata().getResourceVersion()).isNotEqualTo(wired);
  }

  @Test
  void twoAgentsThatWantTheLastAddressGetItOnce() throws Exception {
    network(Given.overlay("tiny", "10.2.0.0/32"));
    Node first = node("a");
    Node second = node("b");

    first.sandbox("one", "tiny");
    second.sandbox("two", "tiny");

    NetworkEndpoint winner = ready("tiny.10.2.0.0");
    Node loser = winner.getSpec().node().equals("a") ? second : first;
    String lost = loser == second ? "two" : "one";
    await()
        .untilAsserted(
            () -> assertThat(loser.error(lost)).contains("tiny").contains("1 are in use"));
    assertThat(endpoints()).containsExactly("tiny.10.2.0.0");

    (loser == second ? first : second).end(loser == second ? "one" : "two");

    await()
        .untilAsserted(
            () -> assertThat(ready("tiny.10.2.0.0").getSpec().sandbox().id()).isEqualTo(lost));
    await().until(() -> loser.error(lost).isEmpty());
  }

  @Test
  void twentySandboxesOnTwoNodesGetTwentyAddresses() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/27"));
    Node first = node("a");
    Node second = node("b");
    for (int i = 0; i < 10; i++) {
      first.sandbox("p" + i, "blue");
      second.sandbox("q" + i, "blue");
    }

    await().until(() -> endpoints().size() == 20);
    await().until(() -> endpoints().stream().allMatch(this::isReady));
    await()
        .until(() ->
            first.kernel.desired.get("blue").split("via 192.0.2.2", -1).length == 11
                && second.kernel.desired.get("blue").split("via 192.0.2.1", -1).length == 11);
  }

  @Test
  void anAgentThatStartsAgainKeepsWhatItsSandboxesHold() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    String uid = ready("blue.10.1.0.1").getMetadata().getUid();
    node.agent.close();

    Node again = node("a");
    again.agent.ready().get(20, TimeUnit.SECONDS);

    assertThat(again.kernel.desired.get("blue")).contains("one:eth0 eth0 [10.1.0.1/24]");
    assertThat(ready("blue.10.1.0.1").getMetadata().getUid()).isEqualTo(uid);
  }

  @Test
  void anAddressTakenBeforeTheAgentWasKilledIsWiredAfter() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(network, "a")).create();
    api.resource(Given.endpoint(network, "a", "one", "10.1.0.9/24")).create();

    Node node = node("a");
    node.sandbox("one", "blue");

    ready("blue.10.1.0.9");
    await().until(() -> node.kernel.desired.get("blue").contains("one:eth7 eth7 [10.1.0.9/24]"));
    assertThat(endpoints()).containsExactly("blue.10.1.0.9");
  }

  @Test
  void anAddressOfASandboxThatEndedWhileTheAgentWasAwayIsGivenBack() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(network, "a")).create();
    api.resource(Given.endpoint(network, "a", "gone", "10.1.0.9/24")).create();
    api.resource(Given.endpoint(network, "b", "elsewhere", "10.1.0.8/24")).create();

    node("a");

    await().until(() -> endpoints().equals(Set.of("blue.10.1.0.8")));
  }

  @Test
  void aSandboxWaitsForItsNetworkToAppear() throws Exception {
    Node node = node("a");
    node.sandbox("one", "blue");
    await()
        .untilAsserted(() -> assertThat(node.error("one")).contains("no ContainerNetwork 'blue'"));
    await()
        .untilAsserted(() ->
            assertThat(api.v1().events().inNamespace("default").list().getItems())
                .anySatisfy(event -> {
                  assertThat(event.getReason()).isEqualTo("NetworkNotAttached");
                  assertThat(event.getInvolvedObject().getName()).isEqualTo("one");
                }));

    network(Given.overlay("blue", "10.1.0.0/24"));

    ready("blue.10.1.0.1");
    await().until(() -> node.error("one").isEmpty());
  }

  @Test
  void whileTheApiServerIsAwayNothingIsTornDownAndSandboxesAreAttachedAfter() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    try (Wire wire = new Wire(URI.create(api.getMasterUrl().toString()).getPort())) {
      Node node = node("a", wire.port());
      node.sandbox("one", "blue");
      ready("blue.10.1.0.1");
      String before = node.kernel.desired.get("blue");

      wire.cut();
      node.agent.loop().request(PassScope.EVERYTHING).get(20, TimeUnit.SECONDS);
      assertThat(node.kernel.desired.get("blue")).isEqualTo(before);
      node.sandbox("two", "blue");
      await().untilAsserted(() -> assertThat(node.error("two")).contains("API server"));
      assertThat(node.kernel.desired.get("blue")).isEqualTo(before);

      wire.mend();
      ready("blue.10.1.0.2");
      await().until(() -> node.error("two").isEmpty());
      node.agent.close();
    }
  }

  @Test
  void aProblemIsReportedAndItsEndToo() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(network, "a")).create();
    Node node = node("a");
    node.kernel.problems.put(
        "blue",
        List.of(
            new Problem(
                Problem.Cure.USER, "", "spec.overlay.vni", "VNI 4096 is taken", "choose another")));
    node.agent.loop().ask(PassScope.network("blue"));
    await()
        .untilAsserted(() -> {
          List<Condition> conditions = conditions(hostNetwork("blue", "a"));
          assertThat(Conditions.isTrue(conditions, Conditions.STALLED)).isTrue();
          assertThat(Conditions.find(conditions, Conditions.READY).orElseThrow().getMessage())
              .contains("VNI 4096 is taken");
        });

    node.kernel.problems.clear();
    node.kernel.drift.put("blue", List.of("create bridge wf-blue"));
    node.agent.loop().ask(PassScope.network("blue"));

    await()
        .untilAsserted(() -> {
          List<Condition> conditions = conditions(hostNetwork("blue", "a"));
          assertThat(Conditions.isTrue(conditions, Conditions.READY)).isTrue();
          assertThat(Conditions.isTrue(conditions, Conditions.DRIFTED)).isTrue();
        });
    await()
        .untilAsserted(() ->
            assertThat(api.v1().events().inNamespace("default").list().getItems())
                .anySatisfy(event -> assertThat(event.getReason()).isEqualTo("DriftRepaired")));
  }

  @Test
  void aDeletedHostNetworkLosesItsFinalizerWhenTheKernelIsClean() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(network, "a")).create();
    Node node = node("a");
    await().until(() -> node.kernel.desired.containsKey("blue"));

    api.resources(HostNetwork.class).withName("blue.a").delete();

    await().until(() -> api.resources(HostNetwork.class).withName("blue.a").get() == null);
    assertThat(node.kernel.desired).doesNotContainKey("blue");
  }

  @Test
  void anEndpointThatContradictsItselfOrItsNetworkChangesNothingOnOtherNodes() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    api.resource(Given.meshNode("b", "192.0.2.2")).create();
    api.resource(Given.meshNode("c", "192.0.2.3")).create();
    api.resource(endpoint(blue, "b", "victim", "10.1.0.9/24", "02:42:0a:01:00:09")).create();
    await()
        .until(() -> node.kernel.desired.get("blue").endsWith("remote [10.1.0.9 via 192.0.2.2]"));
    String before = node.kernel.desired.get("blue");

    create(endpoint(blue, "c", "zzz", "10.1.0.9/24", "02:42:0a:01:00:63"), "blue.zzz");
    create(endpoint(blue, "c", "spelled", "10.1.0.9/24", "02:00:00:00:00:01"), "blue.10.1.0.09");
    create(
        endpoint(blue, "c", "mapped", "::ffff:10.1.0.9/120", "02:00:00:00:00:02"),
        "blue.0000-0000-0000-0000-0000-ffff-0a01-0009");
    create(endpoint(blue, "c", "far", "10.2.0.9/24", "02:00:00:00:00:03"), "blue.10.2.0.9");
    create(endpoint(blue, "c", "own", "10.1.0.0/24", "02:00:00:00:00:04"), "blue.10.1.0.0");
    create(endpoint(blue, "c", "flood", "10.1.0.20/24", "00:00:00:00:00:00"), "blue.10.1.0.20");
    create(endpoint(blue, "c", "group", "10.1.0.21/24", "01:00:5e:00:00:01"), "blue.10.1.0.21");
    create(endpoint(blue, "c", "mac", "10.1.0.22/24", "02:42:0a:01:00:09"), "blue.10.1.0.22");
    NetworkEndpoint pushed = endpoint(blue, "c", "one", "10.1.0.23/24", "02:00:00:00:00:05");
    pushed.getMetadata().getLabels().put(Names.NODE_LABEL, "a");
    create(pushed, "blue.10.1.0.23");
    NetworkEndpoint former = endpoint(blue, "c", "former", "10.1.0.24/24", "02:00:00:00:00:06");
    former.setSpec(
        NetworkEndpointSpecBuilder.builder(former.getSpec()).networkUid("another").build());
    create(former, "blue.10.1.0.24");

    api.resource(endpoint(blue, "c", "true", "10.1.0.30/24", "02:42:0a:01:00:1e")).create();
    await().until(() -> node.kernel.desired.get("blue").contains("10.1.0.30 via 192.0.2.3"));
    assertThat(node.kernel.desired.get("blue"))
        .isEqualTo(before.replace("remote [", "remote [10.1.0.30 via 192.0.2.3, "));
  }

  private void create(NetworkEndpoint endpoint, String name) {
    endpoint.getMetadata().setName(name);
    api.resource(endpoint).create();
  }

  private static NetworkEndpoint endpoint(
      ContainerNetwork network, String node, String pod, String address, String mac) {
    NetworkEndpoint endpoint = Given.endpoint(network, node, pod, address);
    endpoint.setSpec(NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).mac(mac).build());
    return endpoint;
  }

  @Test
  void aHostNetworkThatContradictsItselfIsNotApplied() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    HostNetwork forged = HostNetworks.of(blue, "b");
    forged.getMetadata().getLabels().put(Names.NODE_LABEL, "a");
    HostNetwork misnamed = HostNetworks.of(blue, "a");
    misnamed.getMetadata().setName("blue.zzz");
    api.resource(forged).create();
    api.resource(misnamed).create();
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    assertThat(node.kernel.desired).isEmpty();

    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    assertThat(hostNetwork("blue", "a")).isNotNull();
  }

  @Test
  void aNodeWhoseTunnelsEndNowhereIsNoNodeOfTheMesh() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    api.resource(Given.meshNode("b", "239.1.1.1")).create();
    api.resource(endpoint(blue, "b", "lost", "10.1.0.9/24", "02:42:0a:01:00:09")).create();
    api.resource(Given.meshNode("c", "192.0.2.3")).create();
    api.resource(endpoint(blue, "c", "true", "10.1.0.10/24", "02:42:0a:01:00:0a")).create();

    await()
        .until(() -> node.kernel.desired.get("blue").endsWith("remote [10.1.0.10 via 192.0.2.3]"));
    api.resources(MeshNode.class)
        .withName("b")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"vtep\":\"192.0.2.2\"}}");
    await().until(() -> node.kernel.desired.get("blue").contains("10.1.0.9 via 192.0.2.2"));
    assertThat(node.kernel.everDesired).noneMatch(each -> each.contains("239.1.1.1"));
  }

  @Test
  void aMacAddressHasOneHolderOnANetworkWhoIsNamedToTheNext() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(Given.meshNode("b", "192.0.2.2")).create();
    Node node = node("a");
    asks(node, "first", "02:00:00:00:00:aa");
    ready("blue.10.1.0.1");

    asks(node, "thief", "02:00:00:00:00:aa");
    await()
        .untilAsserted(() ->
            assertThat(node.error("thief"))
                .contains(
                    "MAC address 02:00:00:00:00:aa on network blue is held by default/first"
                        + " (NetworkEndpoint blue.10.1.0.1)"));
    asks(node, "next", "02:42:0a:01:00:63");
    await()
        .untilAsserted(() ->
            assertThat(node.error("next"))
                .contains("is that of whoever holds 10.1.0.99; ask for that address as well"));
    assertThat(endpoints()).containsExactly("blue.10.1.0.1");

    api.resource(endpoint(blue, "b", "far", "10.1.0.9/24", "02:00:00:00:00:bb")).create();
    await().until(() -> node.kernel.desired.get("blue").contains("10.1.0.9 via"));
    asks(node, "afar", "02:00:00:00:00:bb");
    await()
        .untilAsserted(() ->
            assertThat(node.error("afar"))
                .contains("is held by default/far (NetworkEndpoint blue.10.1.0.9)"));

    node.end("first");
    await().until(() -> node.kernel.desired.get("blue").contains("thief:eth0"));
  }

  @Test
  void ofTwoWhoTookAMacAddressAtOnceTheOneWhoseAddressItIsMadeFromKeepsIt() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "fd00:1::/64"));
    String mac = Macs.of(InetAddress.ofLiteral("fd00:1::9")).toString();
    api.resource(Given.meshNode("b", "192.0.2.2")).create();
    Node node = node("a");
    asks(node, "first", mac);
    String name = "blue.fd00-0001-0000-0000-0000-0000-0000-0001";
    ready(name);

    NetworkEndpoint true9 = endpoint(blue, "b", "far", "fd00:1::9/64", mac);
    create(true9, "blue.fd00-0001-0000-0000-0000-0000-0000-0009");

    await()
        .untilAsserted(() ->
            assertThat(node.error("first"))
                .contains("is held by default/far (NetworkEndpoint blue.fd00-0001"));
    await()
        .untilAsserted(() ->
            assertThat(node.kernel.desired.get("blue"))
                .startsWith("local []")
                .contains("fd00:1:0:0:0:0:0:9 via 192.0.2.2"));
    await().until(() -> !endpoints().contains(name));
  }

  private static void asks(Node node, String pod, String mac) throws IOException {
    node.files.write(
        pod,
        """
        {"id":"%1$s","namespace":"default","pod":"%1$s","podUid":"uid-%1$s","netns":"/run/netns/%1$s",
         "networks":"[{\\"name\\":\\"blue\\",\\"mac\\":\\"%2$s\\"}]"}
        """
            .formatted(pod, mac));
  }

  @Test
  void anAddressThatWasJustGivenBackIsGivenOutLast() throws Exception {
    network(Given.overlay("tiny", "10.1.0.0/29"));
    Node node = node("a");
    node.sandbox("one", "tiny");
    ready("tiny.10.1.0.1");
    node.end("one");
    await().until(() -> endpoints().isEmpty());

    for (int i = 2; i <= 6; i++) {
      node.sandbox("pod" + i, "tiny");
      ready("tiny.10.1.0." + i);
    }
    node.sandbox("last", "tiny");
    ready("tiny.10.1.0.1");
  }

  @Test
  void anAgentThatStartsGoesOnAboveTheAddressThatWasTakenLast() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    for (int i = 1; i <= 3; i++) {
      node.sandbox("pod" + i, "blue");
      ready("blue.10.1.0." + i);
    }
    node.end("pod1");
    await().until(() -> endpoints().size() == 2);
    node.agent.close();
    Node again = node("a");
    again.agent.ready().get(20, TimeUnit.SECONDS);

    again.sandbox("next", "blue");

    ready("blue.10.1.0.4");
  }

  @Test
  void theNodeIsPublishedAndItsAgentSaysThatItLives() throws Exception {
    node("a");
    await()
        .untilAsserted(() -> {
          MeshNode published = api.resources(MeshNode.class).withName("a").get();
          assertThat(published).isNotNull();
          assertThat(published.getSpec().vtep()).isEqualTo("192.0.2.1");
          assertThat(published.getStatus()).isNotNull();
          assertThat(Conditions.isTrue(published.getStatus().conditions(), "Ready")).isTrue();
        });
    await()
        .until(
            () -> api.leases().inNamespace(Names.NAMESPACE).withName("weft-agent-a").get() != null);
  }

  @Test
  void aNodeBehindANatIsPublishedWithTheAddressThatItsMeshNodeIsAnnotatedWith() throws Exception {
    MeshNode annotated = new MeshNode();
    annotated.setMetadata(
        new ObjectMetaBuilder()
            .withName("a")
            .addToAnnotations(Names.PUBLIC_ADDRESS_ANNOTATION, "203.0.113.7")
            .build());
    annotated.setSpec(MeshNodeSpecBuilder.builder().build());
    api.resource(annotated).create();
    node("a");
    await().untilAsserted(() -> assertThat(publishedVtep()).isEqualTo("203.0.113.7"));

    annotate("2001:db8::7");
    await()
        .untilAsserted(() ->
            assertThat(
                    Conditions.find(
                        api.resources(MeshNode.class).withName("a").get().getStatus().conditions(),
                        Conditions.STALLED))
                .hasValueSatisfying(stalled ->
                    assertThat(stalled.getMessage())
                        .contains("'2001:db8::7'", "192.0.2.1", "the same IP version")));
    annotate(null);
    await().untilAsserted(() -> assertThat(publishedVtep()).isEqualTo("192.0.2.1"));
  }

  private String publishedVtep() {
    MeshNode published = api.resources(MeshNode.class).withName("a").get();
    return published.getSpec() == null ? null : published.getSpec().vtep();
  }

  private void annotate(String address) {
    String value = address == null ? "null" : '"' + address + '"';
    MeshNode _ =
        api.resources(MeshNode.class)
            .withName("a")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\": {\"annotations\": {\"%s\": %s}}}"
                    .formatted(Names.PUBLIC_ADDRESS_ANNOTATION, value));
  }

  @Test
  void anAgentAtRestAsksNothingOfTheApiServer() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    AtomicReference<List<Long>> seen = new AtomicReference<>(List.of());
    await()
        .during(3, TimeUnit.SECONDS)
        .until(() -> {
          List<Long> work =
              List.of(
                  (long) node.kernel.passes.size(),
                  node.requests().stream().filter(each -> !each.contains("leases")).count());
          return work.equals(seen.getAndSet(work));
        });
  }

  private Node node(String name) throws IOException {
    return node(name, URI.create(api.getMasterUrl().toString()).getPort());
  }

  private Node node(String name, int port) throws IOException {
    return start(new Node(name, port));
  }

  private Node start(Node node) {
    running.push(node.client);
    running.push(node.agent);
    node.agent.start();
    return node;
  }

  private ContainerNetwork network(ContainerNetwork wanted) {
    ContainerNetwork created = api.resource(wanted).create();
    created.setStatus(wanted.getStatus());
    return api.resource(created).updateStatus();
  }

  private HostNetwork hostNetwork(String network, String node) {
    return api.resources(HostNetwork.class).withName(Names.hostNetwork(network, node)).get();
  }

  private static List<Condition> conditions(HostNetwork hostNetwork) {
    return hostNetwork.getStatus() == null ? List.of() : hostNetwork.getStatus().conditions();
  }

  private NetworkEndpoint ready(String name) {
    await("endpoint " + name).until(() -> isReady(name));
    return api.resources(NetworkEndpoint.class).withName(name).get();
  }

  private boolean isReady(String name) {
    NetworkEndpoint endpoint = api.resources(NetworkEndpoint.class).withName(name).get();
    return endpoint != null
        && endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  private Set<String> endpoints() {
    return Set.copyOf(
        api.resources(NetworkEndpoint.class).list().getItems().stream()
            .map(each -> each.getMetadata().getName())
            .toList());
  }

  /** One node: its directory of sandboxes, its agent. */
  private final class Node {
    final PaperKernel kernel = new PaperKernel();
    final PaperProbe probe = new PaperProbe();
    final SandboxFiles files;
    final KubernetesClient client;
    final Agent agent;
    private final List<String> requests = new ArrayList<>();

    Node(String name, int port) throws IOException {
      files = new SandboxFiles(directory.resolve(name));
      Config config =
          new ConfigBuilder(server.client().getConfiguration())
              .withMasterUrl(server.addressAt(port))
              .withRequestRetryBackoffLimit(0)
              .withWatchReconnectInterval(100)
              .withConnectionTimeout(1000)
              .withRequestTimeout(2000)
              .build();
      client =
          ApiClients.open(
              config,
              request -> {
                synchronized (requests) {
                  requests.add(request.method() + " " + request.uri());
                }
              });
      kernel.underlay =
          new LocalVtep.Found(
              InetAddress.ofLiteral(name.equals("a") ? "192.0.2.1" : "192.0.2.2"),
              "up0",
              1500,
              List.of());
      agent =
          new Agent(
              name,
              client,
              new Agent.Machine(
                  kernel,
                  probe,
                  new NamespaceDirectory(files.directory()),
                  new Kernel("6.18", List.of())),
              new AgentMetrics());
    }

    List<String> requests() {
      synchronized (requests) {
        return List.copyOf(requests);
      }
    }

    void sandboxOf(String id, Pod pod, String networks) throws IOException {
      files.write(
          id,
          """
          {"id":"%s","namespace":"default","pod":"%s","podUid":"%s","netns":"/run/netns/%s","networks":"%s"}
          """
              .formatted(
                  id, pod.getMetadata().getName(), pod.getMetadata().getUid(), id, networks));
    }

    void sandbox(String pod, String networks) throws IOException {
      files.start(pod, Path.of("/run/netns", pod), networks);
    }

    void end(String pod) throws IOException {
      files.end(pod);
    }

    String error(String pod) throws IOException {
      return files.error(pod);
    }
  }

  /** Sandboxes like any other, on a LAN where some addresses are held. */
  private static final class PaperProbe implements Probe {
    final Map<String, String> machines = new ConcurrentHashMap<>();
    volatile Set<String> foreign = Set.of("lo");
    volatile Set<String> ours = Set.of();

    @Override
    public View look(Sandbox sandbox) {
      Set<String> all = new HashSet<>(foreign);
      all.addAll(ours);
      return new View(false, all, foreign, Set.of("eth0"));
    }

    @Override
    public Optional<String> holder(String device, IpAddress address) {
      return Optional.ofNullable(machines.get(device + " " + address));
    }
  }
}
