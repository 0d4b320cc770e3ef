package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.spec.Network;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.HostNetworks;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SubnetBuilder;
import dev.weft.mesh.Macs;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Allocation of addresses, on an API server. */
@NullUnmarked
@Tag("api-server")
class AddressesOnApiServerTest extends AgentsOnApiServer {
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
  void aCrowdOnOneNodeAsksForEachAddressOnce() throws Exception {
    network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    for (int i = 0; i < 40; i++) {
      node.sandbox("p" + i, "blue");
    }

    await().until(() -> endpoints().size() == 40);
    await().until(() -> endpoints().stream().allMatch(this::isReady));
    assertThat(node.requests())
        .filteredOn(each -> each.startsWith("POST") && each.contains("networkendpoints"))
        .hasSize(40);
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
  void aMacAddressHasOneHolderOnANetworkThatRefusalsName() throws Exception {
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
                .contains("belongs to the holder of 10.1.0.99; ask for that address as well"));
    String uid = blue.getMetadata().getUid();
    for (String each : List.of("a", "b")) {
      for (String device : Network.devices(uid, Optional.empty())) {
        asks(node, device, Network.mac(each, uid, device).toString().toUpperCase(Locale.ROOT));
        await()
            .untilAsserted(() ->
                assertThat(node.error(device))
                    .contains("is held by device %s of node %s".formatted(device, each)));
      }
    }
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
  void ofTwoClaimsOfAMacAddressTheOneItIsDerivedFromWins() throws Exception {
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
  void aStartingAgentContinuesAboveTheLastAssignedAddress() throws Exception {
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

  private ContainerNetwork lan() {
    ContainerNetwork lan =
        Given.network("lan", "macvlan", SubnetBuilder.builder().cidr("10.5.0.0/24").build());
    lan.setSpec(
        ContainerNetworkSpecBuilder.builder(lan.getSpec())
            .macvlan(MacvlanOptionsBuilder.builder().parent("nic").build())
            .build());
    return network(lan);
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
}
