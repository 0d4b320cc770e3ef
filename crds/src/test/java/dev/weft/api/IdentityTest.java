package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final String ENDPOINT =
      """
      kind: NetworkEndpoint
      metadata: {name: blue.10.10.0.2, labels: {weft.dev/network: blue, weft.dev/node: n1}}
      spec:
        network: blue
        networkUid: u
        address: 10.10.0.2/24
        node: n1
        mac: '02:42:0a:0a:00:02'
        sandbox: {id: s}
      """;
  private static final String HOST_NETWORK =
      """
      kind: HostNetwork
      metadata:
        name: blue.n1
        labels: {weft.dev/network: blue, weft.dev/node: n1}
        ownerReferences: [{apiVersion: v, kind: ContainerNetwork, name: blue, uid: u}]
      spec: {network: blue, networkUid: u, node: n1, driver: host}
      """;

  @Test
  void labelsMustMatchTheContentOfAnEndpoint() {
    assertThat(endpoint(ENDPOINT)).isEmpty();
    assertThat(endpoint(ENDPOINT.replace("node: n1}}", "node: n2}}"))).isNotEmpty();
    assertThat(endpoint(ENDPOINT.replace("network: blue, weft", "network: red, weft")))
        .isNotEmpty();
    assertThat(endpoint(ENDPOINT.replaceAll(", labels: .*}}", "}"))).isNotEmpty();
    assertThat(endpoint(ENDPOINT.replace("  node: n1\n", ""))).isNotEmpty();
  }

  @Test
  void anAddressOfAServiceIsOnNoNode() {
    String service =
        """
        kind: NetworkEndpoint
        metadata: {name: blue.10.10.0.2, labels: {weft.dev/network: blue}}
        spec: {network: blue, address: 10.10.0.2/24, service: {namespace: a, name: web}}
        """;
    assertThat(endpoint(service)).isEmpty();
    assertThat(endpoint(service.replace("service:", "node: n1, service:"))).isNotEmpty();
    assertThat(endpoint(service.replace("service:", "mac: '02:42:0a:0a:00:02', service:")))
        .isNotEmpty();
    assertThat(endpoint(service.replace("blue}}", "blue, weft.dev/node: n1}}"))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "x", "02:42"})
  void aMacAddressIsOneOfAnInterface(String mac) {
    assertThat(endpoint(ENDPOINT.replace("02:42:0a:0a:00:02", mac))).isNotEmpty();
  }

  @Test
  void aHostNetworkIsOfTheNetworkAndTheNodeOfItsName() {
    assertThat(hostNetwork(HOST_NETWORK)).isEmpty();
    assertThat(hostNetwork(HOST_NETWORK.replace("name: blue.n1", "name: blue.n2"))).isNotEmpty();
    assertThat(hostNetwork(HOST_NETWORK.replace("node: n1}\n  owner", "node: n2}\n  owner")))
        .isNotEmpty();
    assertThat(hostNetwork(HOST_NETWORK.replace("networkUid: u", "networkUid: x"))).isNotEmpty();
    assertThat(hostNetwork(HOST_NETWORK.replace("name: blue, uid", "name: red, uid"))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "127.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "ff02::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "10.0.0.1/24",
        "here",
        ""
      })
  void tunnelsEndAtTheAddressOfOneMachine(String vtep) {
    assertThat(meshNode(vtep, "n1")).isNotEmpty();
  }

  @Test
  void aNodeOfTheMeshIsTheNodeOfItsName() {
    assertThat(meshNode("10.0.0.1", "n1")).isEmpty();
    assertThat(meshNode("2001:db8::1", "n1")).isEmpty();
    assertThat(meshNode("10.0.0.1", "n2")).isNotEmpty();
  }

  @Test
  void anAddressHasAnEffectOnlyWhereItsNetworkCanHaveGivenItOut() {
    assertThat(objection("10.10.0.2/24", "u")).isFalse();
    assertThat(objection("10.10.0.2/24", "x")).isTrue();
    assertThat(objection("10.10.0.2/23", "u")).isTrue();
    assertThat(objection("10.10.0.1/24", "u")).isTrue();
    assertThat(objection("10.10.0.0/24", "u")).isTrue();
    assertThat(objection("10.10.0.255/24", "u")).isTrue();
    assertThat(objection("10.10.1.2/24", "u")).isTrue();
    assertThat(objection("fd00::2/64", "u")).isTrue();
  }

  private static boolean objection(String address, String uid) {
    NetworkEndpoint endpoint =
        YAML.unmarshal(ENDPOINT.replace("10.10.0.2/24", address), NetworkEndpoint.class);
    Subnet subnet = SubnetBuilder.builder().cidr("10.10.0.0/24").gateway("10.10.0.1").build();
    return EndpointAddress.objection(endpoint.getSpec(), List.of(subnet), uid).isPresent();
  }

  private static Optional<String> endpoint(String yaml) {
    return Identity.contradiction(YAML.unmarshal(yaml, NetworkEndpoint.class));
  }

  private static Optional<String> hostNetwork(String yaml) {
    return Identity.contradiction(YAML.unmarshal(yaml, HostNetwork.class));
  }

  private static Optional<String> meshNode(String vtep, String owner) {
    return Identity.contradiction(
        YAML.unmarshal(
            """
            kind: MeshNode
            metadata: {name: n1, ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: u}]}
            spec: {vtep: '%s'}
            """
                .formatted(owner, vtep),
            MeshNode.class));
  }
}
