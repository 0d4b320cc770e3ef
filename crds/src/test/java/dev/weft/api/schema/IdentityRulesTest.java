package dev.weft.api.schema;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Identity;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the schema's rules on names with those of the operator and the agents. */
class IdentityRulesTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Map<String, CelRules> RULES =
      CrdYaml.generate().values().stream()
          .map(yaml -> YAML.unmarshal(yaml, CustomResourceDefinition.class))
          .collect(toMap(crd -> crd.getSpec().getNames().getKind(), CelRules::new));

  @ParameterizedTest
  @CsvSource({
    "blue.10.10.0.2, blue, 10.10.0.2/24",
    "blue.fd00-0000-0000-0000-0000-0000-0000-0001, blue, fd00::1/64",
    "b-1.10.10.0.0, b-1, 10.10.0.0/31",
  })
  void aNameThatIsItsNetworkAndAddressIsTrue(String name, String network, String address) {
    assertThat(isTrue(name, network, address)).isTrue();
    assertThat(isAdmitted(name, network, address)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "blue.zzz, blue, 10.10.0.2/24",
    "blue.10.10.0.3, blue, 10.10.0.2/24",
    "blue.10.10.0.2, green, 10.10.0.2/24",
    "blue.10.10.0.2, blue.10, 10.10.0.2/24",
    "blue.10.10.0, blue, 10.10.0.2/24",
    "blue.10.10.0.2, blue, 10.10.0.2",
    "blue.10.10.0.02, blue, 10.10.0.2/24",
    "blue.fd00--1, blue, fd00::1/64",
    "blue.fd00-0000-0000-0000-0000-0000-0000-001, blue, fd00::1/64",
    "blue, blue, 10.10.0.2/24",
  })
  void aNameThatIsAnotherAddressIsFalse(String name, String network, String address) {
    assertThat(isTrue(name, network, address)).isFalse();
    assertThat(isAdmitted(name, network, address)).isFalse();
  }

  /** CEL cannot parse addresses, so the readers of the objects refuse these. */
  @ParameterizedTest
  @CsvSource({
    "blue.fd00-0000-0000-0000-0000-0000-0000-0001, blue, fd00::2/64",
    "blue.fd00-0000-0000-0000-0000-0000-0000-000a, blue, fd00::A/64",
    "blue.fd00-0000-0000-0000-0000-0000-0000-0001, blue, fd00:0::1/64",
    "blue.0000-0000-0000-0000-0000-ffff-0a0a-0002, blue, ::ffff:10.10.0.2/120",
    "blue.0000-0000-0000-0000-0000-ffff-0a0a-0002, blue, ::ffff:a0a:2/120",
    "blue.10.10.0.02, blue, 10.10.0.02/24",
    "blue.10.10.0.2, blue, 10.10.0.2/024",
    "blue.10.10.0.2, blue, 10.10.0.2/33",
    "blue.10.10.0.2, blue, 10.10.0.2/-1",
    "blue.10.10.0.2, blue, 10.10.0.2/99999999999",
    "blue.010.10.0.2, blue, 010.10.0.2/24",
  })
  void anAddressHasOneText(String name, String network, String address) {
    assertThat(isTrue(name, network, address)).isFalse();
  }

  @Test
  void whatAnEndpointIsOfCannotChange() {
    String before = document("blue.10.10.0.2", "blue", "10.10.0.2/24");

    assertThat(broken(before, before)).isEmpty();
    assertThat(broken(before.replace("id: s", "id: t"), before)).isEmpty();
    assertThat(broken(before.replace("0a:00:02'", "0a:00:03'"), before))
        .containsExactly(
            "network, address, node and mac cannot change; delete it and make another");
    assertThat(broken(before.replace("node: n1", "node: n2"), before)).hasSize(1);
    String service =
        before
            .replaceAll("sandbox: .*", "service: {namespace: a, name: web}")
            .replaceAll("(?m)^  (node|mac): .*\n", "");
    assertThat(broken(service, service.replace("name: web", "name: shop")))
        .containsExactly(
            "an address does not change from one service or sandbox to another service");
  }

  private static boolean isTrue(String name, String network, String address) {
    return Identity.contradiction(
            YAML.unmarshal(document(name, network, address), NetworkEndpoint.class))
        .isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static java.util.List<String> broken(String after, String before) {
    return RULES
        .get("NetworkEndpoint")
        .broken(YAML.unmarshal(after, Map.class), YAML.unmarshal(before, Map.class));
  }

  @SuppressWarnings("unchecked")
  private static boolean isAdmitted(String name, String network, String address) {
    return RULES
        .get("NetworkEndpoint")
        .broken(YAML.unmarshal(document(name, network, address), Map.class), null)
        .isEmpty();
  }

  private static String document(String name, String network, String address) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: NetworkEndpoint
    metadata:
      name: %s
      labels: {weft.dev/network: %s, weft.dev/node: n1}
    spec:
      network: %s
      address: '%s'
      node: n1
      mac: '02:42:0a:0a:00:02'
      sandbox: {id: s, podUid: u}
    """
        .formatted(name, network, network, address);
  }
}
