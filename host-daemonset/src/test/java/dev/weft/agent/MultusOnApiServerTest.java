package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which sandboxes with Multus's annotation Weft attaches, on an API server. */
@NullUnmarked
@Tag("api-server")
class MultusOnApiServerTest extends AgentsOnApiServer {
  @Test
  void aPodThatAsksMultusIsAttachedToTheNetworkThatStandsForItsDefinition() throws Exception {
    ContainerNetwork lan = Given.overlay("blue", "10.1.0.0/24");
    lan.getMetadata().setAnnotations(Map.of(Names.MULTUS_ALIASES_ANNOTATION, "default/lan"));
    network(lan);
    network(Given.overlay("red", "10.2.0.0/24"));
    Pod pod = pod("asks");
    Node node = node("a");
    node.sandboxOf(
        "one",
        pod,
        "",
        "[{'name':'red'},{'name':'lan','ips':['10.1.0.9/24']}]".replace("'", "\\\""));

    assertThat(ready("blue.10.1.0.9").getSpec().interfaceName()).isEqualTo("net2");
    await()
        .untilAsserted(() ->
            assertThat(networkStatus("asks"))
                .startsWith("[{\"name\":\"cbr0\"},")
                .contains("\"name\":\"default/lan\",\"interface\":\"net2\""));
    assertThat(endpoints()).containsExactly("blue.10.1.0.9");
  }

  @Test
  void aPodThatAsksMultusIsAttachedOnceANetworkStandsForItsDefinition() throws Exception {
    ContainerNetwork blue = network(Given.overlay("blue", "10.1.0.0/24"));
    Node node = node("a");
    node.sandboxOf("one", pod("early"), "", "lan, back");
    node.sandbox("two", "blue");
    ready("blue.10.1.0.1");

    assertThat(endpoints()).hasSize(1);
    assertThat(node.error("one")).isEmpty();

    annotate(blue, Names.MULTUS_ALIASES_ANNOTATION, "default/lan");

    assertThat(ready("blue.10.1.0.2").getSpec().interfaceName()).isEqualTo("net1");
  }

  @Test
  void anInterfaceThatMultusHasMadeStaysAsItIs() throws Exception {
    ContainerNetwork blue = Given.overlay("blue", "10.1.0.0/24");
    blue.getMetadata().setAnnotations(Map.of(Names.MULTUS_ALIASES_ANNOTATION, "default/lan"));
    network(blue);
    Node node = node("a");
    node.probe.foreign = Set.of("lo", "eth0", "net1");
    node.sandboxOf("one", pod("made"), "", "lan, lan");

    assertThat(ready("blue.10.1.0.1").getSpec().interfaceName()).isEqualTo("net2");
    assertThat(endpoints()).hasSize(1);
    assertThat(node.error("one")).isEmpty();
  }

  @Test
  void askingMultusOpensNoNetworkThatDoesNotAdmitTheNamespace() throws Exception {
    ContainerNetwork blue = Given.overlay("blue", "10.1.0.0/24");
    blue.getMetadata().setAnnotations(Map.of(Names.MULTUS_ALIASES_ANNOTATION, "default/lan"));
    blue.setSpec(
        ContainerNetworkSpecBuilder.builder(blue.getSpec())
            .allowedNamespaces(List.of("shop"))
            .build());
    network(blue);
    Node node = node("a");
    node.sandboxOf("one", pod("stranger"), "", "lan");

    await()
        .untilAsserted(() ->
            assertThat(node.error("one")).contains("does not admit pods of namespace default"));
    assertThat(endpoints()).isEmpty();
  }

  @Test
  void weftsAnnotationLeavesTheOtherToMultus() throws Exception {
    ContainerNetwork blue = Given.overlay("blue", "10.1.0.0/24");
    blue.getMetadata().setAnnotations(Map.of(Names.MULTUS_ALIASES_ANNOTATION, "default/lan"));
    network(blue);
    Node node = node("a");
    node.sandboxOf("one", pod("both"), "blue@data0", "lan");

    assertThat(ready("blue.10.1.0.1").getSpec().interfaceName()).isEqualTo("data0");
    assertThat(endpoints()).hasSize(1);
  }

  private Pod pod(String name) {
    return api.resource(unbound(name)).create();
  }

  private void annotate(ContainerNetwork network, String key, String value) {
    ContainerNetwork _ =
        api.resources(ContainerNetwork.class)
            .withName(network.getMetadata().getName())
            .edit(each -> {
              each.getMetadata().setAnnotations(Map.of(key, value));
              return each;
            });
  }
}
