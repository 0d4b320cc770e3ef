package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a sandbox claims and releases its endpoints, on an API server. */
@NullUnmarked
@Tag("api-server")
class AttachmentOnApiServerTest extends AgentsOnApiServer {
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

  /** Two endpoints can have one interface name if the answer to a claim was lost. */
  @Test
  void ofTwoNetworksWithOneInterfaceNameTheLaterGetsAnother() throws Exception {
    ContainerNetwork red = network(Given.overlay("red", "10.2.0.0/24"));
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    for (ContainerNetwork each : List.of(red, blue)) {
      api.resource(HostNetworks.of(each, "a")).create();
    }
    NetworkEndpoint first = Given.endpoint(red, "a", "one", "10.2.0.9/24");
    NetworkEndpoint second = Given.endpoint(blue, "a", "one", "10.1.0.9/24");
    assertThat(second.getSpec().interfaceName()).isEqualTo(first.getSpec().interfaceName());
    api.resource(first).create();
    api.resource(second).create();

    Node node = node("a");
    node.sandbox("one", "red, blue");

    await()
        .untilAsserted(() ->
            assertThat(api.resources(NetworkEndpoint.class).list().getItems())
                .filteredOn(NetworkEndpoint::isMarkedForDeletion, false)
                .extracting(
                    each -> each.getSpec().network(), each -> each.getSpec().interfaceName())
                .containsExactlyInAnyOrder(
                    tuple("red", first.getSpec().interfaceName()), tuple("blue", "eth0")));
  }

  @Test
  void aSandboxOfANetworkUnderRemovalHasItRebuilt() throws Exception {
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
  void aPodKeepsItsAddressesOverSandboxesAndShowsThemToReadersOfMultus() throws Exception {
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
  void anAgentThatComesBackUnderLoadWarnsOfNoSandboxThatIsAttached() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandbox("kept", "blue");
    ready("blue.10.1.0.1");
    node.agent.close();
    Node again = new Node("a", URI.create(api.getMasterUrl().toString()).getPort());
    again.kernel.gate = new CompletableFuture<>();
    again.probe.ours = Set.of("eth0");

    start(again);
    await().until(() -> again.error("kept").contains("not wired within"));
    again.kernel.gate.complete(null);

    await().until(() -> again.error("kept").isEmpty());
    again.sandbox("lost", "nowhere");
    await().until(() -> warned().contains("lost"));
    assertThat(warned()).doesNotContain("kept");
  }

  /** Names of the pods with an Event that they are not attached. */
  private Set<String> warned() {
    return api.v1().events().inNamespace("default").list().getItems().stream()
        .filter(each -> each.getReason().equals("NetworkNotAttached"))
        .map(each -> each.getInvolvedObject().getName())
        .collect(Collectors.toSet());
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

  private String sandboxesOf(String endpoint) {
    return api.resources(NetworkEndpoint.class).withName(endpoint).get().getSpec().sandbox().id();
  }

  private Pod pod(String name) {
    return api.resource(unbound(name)).create();
  }
}
