package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.retry.Supervised;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NetworkEndpointStatus;
import dev.weft.testkit.Door;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Other uses of the Kubernetes API by the agent, on an API server. */
@NullUnmarked
@Tag("api-server")
class AgentOnApiServerTest extends AgentsOnApiServer {
  private static final String TORN = "the paper is torn";

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
  void whileTheApiServerIsAwayNothingIsTornDownAndSandboxesAreAttachedAfter() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    try (Door door = Door.to(URI.create(api.getMasterUrl().toString()).getPort())) {
      Node node = node("a", door.port());
      node.sandbox("one", "blue");
      ready("blue.10.1.0.1");
      String before = node.kernel.desired.get("blue");

      door.shut();
      node.agent.loop().request(PassScope.EVERYTHING).get(20, TimeUnit.SECONDS);
      assertThat(node.kernel.desired.get("blue")).isEqualTo(before);
      node.sandbox("two", "blue");
      await().untilAsserted(() -> assertThat(node.error("two")).contains("API server"));
      assertThat(node.kernel.desired.get("blue")).isEqualTo(before);

      door.reopen();
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
  void aPassThatThrowsMakesItsNetworksAndTheAgentNotReadyWithTheReason() throws Exception {
    ContainerNetwork network = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(network, "a")).create();
    Node node = new Node("a", URI.create(api.getMasterUrl().toString()).getPort());
    node.kernel.torn = true;
    start(node);
    await().untilAsserted(() -> assertThat(readiness()).containsExactly("False", TORN));
    assertThat(node.agent.ready()).as("the first pass has failed").isNotDone();
    assertThat(node.agent.unready()).anySatisfy(why -> assertThat(why).contains(TORN));

    node.kernel.torn = false;
    node.agent.ready().get(20, TimeUnit.SECONDS);
    await().untilAsserted(() -> assertThat(readiness()).startsWith("True"));
    assertThat(node.agent.unready()).isEmpty();

    node.kernel.torn = true;
    node.agent.loop().ask(PassScope.EVERYTHING);
    await().untilAsserted(() -> assertThat(readiness()).containsExactly("False", TORN));
    assertThat(node.agent.unready()).anySatisfy(why -> assertThat(why).contains(TORN));
  }

  /** Status and message of Ready of blue on the node. */
  private List<String> readiness() {
    return Conditions.find(conditions(hostNetwork("blue", "a")), Conditions.READY).stream()
        .flatMap(it ->
            Stream.of(it.getStatus(), it.getMessage().contains(TORN) ? TORN : it.getMessage()))
        .toList();
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

  @Test
  void aHostNetworkThatContradictsItselfIsNotApplied() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    HostNetwork forged = HostNetworks.of(blue, "b");
    forged.getMetadata().getLabels().put(Names.NODE_LABEL, "a");
    HostNetwork misnamed = HostNetworks.of(blue, "a");
    misnamed.getMetadata().setName("blue.zzz");
    HostNetwork disguised = HostNetworks.of(network(Given.overlay("red", "10.2.0.0/24")), "a");
    disguised.getMetadata().setName("blue.a");
    disguised.getMetadata().setFinalizers(List.of());
    api.resource(forged).create();
    api.resource(misnamed).create();
    api.resource(disguised).create();
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    assertThat(node.kernel.everDesired).isEmpty();
    assertThat(node.metrics.scrape()).contains("weft_agent_objects_refused 3.0");

    api.resource(disguised).delete();
    node.sandbox("one", "blue");
    ready("blue.10.1.0.1");
    assertThat(hostNetwork("blue", "a")).isNotNull();
  }

  @Test
  void theInternalAddressesOfItsNodeAreFollowed() throws Exception {
    api.resource(registered("a", "192.0.2.1")).create();
    try {
      Node node = node("a");
      node.agent.ready().get(20, TimeUnit.SECONDS);
      assertThat(node.kernel.asked.declared()).containsExactly(InetAddress.ofLiteral("192.0.2.1"));

      api.resource(registered("a", "192.0.2.8")).updateStatus();
      node.kernel.underlay =
          new LocalVtep.Found(InetAddress.ofLiteral("192.0.2.8"), "up0", 1500, List.of());
      node.agent.loop().ask(PassScope.UNDERLAY);

      await()
          .until(() ->
              node.kernel.asked.declared().equals(List.of(InetAddress.ofLiteral("192.0.2.8"))));
    } finally {
      api.nodes().withName("a").delete();
    }
  }

  private static io.fabric8.kubernetes.api.model.Node registered(String name, String address) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewStatus()
        .addNewAddress("not an address", "InternalIP")
        .addNewAddress("203.0.113.5", "ExternalIP")
        .addNewAddress(address, "InternalIP")
        .endStatus()
        .build();
  }

  @Test
  void aNodeWithoutATunnelAddressIsNoNodeOfTheMesh() throws Exception {
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
  void theTunnelsOfANodeAreHeardBeforeItsFirstEndpoint() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    api.resource(HostNetworks.of(blue, "a")).create();
    Node node = node("a");
    InetAddress vtep = InetAddress.ofLiteral("192.0.2.2");

    api.resource(Given.meshNode("b", "192.0.2.2")).create();
    await().until(() -> node.kernel.peers.contains(vtep));

    api.resources(MeshNode.class).withName("b").delete();
    await().until(() -> !node.kernel.peers.contains(vtep));
  }

  @Test
  void theNodeIsPublishedAndItsAgentRenewsItsLease() throws Exception {
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

  @Test
  void aThreadThatKeepsFailingMakesTheAgentSick() throws Exception {
    Node node = node("a");
    assertThat(node.agent.sick()).isEmpty();
    Thread thread =
        Supervised.start(
            "test-part",
            () -> {
              throw new IllegalStateException("on purpose");
            });
    try {
      await()
          .untilAsserted(() ->
              assertThat(node.agent.sick())
                  .singleElement()
                  .asString()
                  .contains("test-part", "on purpose"));
    } finally {
      thread.interrupt();
      thread.join();
    }
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
}
