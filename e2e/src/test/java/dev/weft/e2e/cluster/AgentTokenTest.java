package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.HostNetwork;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Lab;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An attacker uses the token of the agent of node weft-1. */
@Tag("api-server")
@ExtendWith(InLab.class)
class AgentTokenTest {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final Lab lab;

  AgentTokenTest(Lab lab) {
    assumeTrue(lab.controlPlane().isReal(), "the embedded API server knows no rights");
    this.lab = lab;
  }

  static Stream<Arguments> attempts() {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName("stolen").build());
    network.setSpec(ContainerNetworkSpecBuilder.builder().driver("bridge").build());
    var secret = new SecretBuilder().withNewMetadata().withName("s").endMetadata().build();
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("p")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("c")
            .withImage("i")
            .endContainer()
            .endSpec()
            .build();
    String internal = "{\"spec\":{\"internal\":true}}";
    return Stream.of(
        attempt("make a network", c -> c.resource(network).create()),
        attempt(
            "change a network",
            c -> c.resources(ContainerNetwork.class).withName("blue").patch(MERGE, internal)),
        attempt(
            "change a network's status",
            c ->
                c.resources(ContainerNetwork.class)
                    .withName("blue")
                    .subresource("status")
                    .patch(MERGE, "{\"status\":{\"vni\":5}}")),
        attempt(
            "delete a network", c -> c.resources(ContainerNetwork.class).withName("blue").delete()),
        attempt("list secrets", c -> c.secrets().inAnyNamespace().list()),
        attempt("read a secret", c -> c.secrets().withName("s").get()),
        attempt("make a secret", c -> c.resource(secret).create()),
        attempt("make a pod", c -> c.resource(pod).create()),
        attempt("delete a pod", c -> c.pods().withName("a").delete()),
        attempt(
            "change a pod",
            c ->
                c.pods()
                    .inNamespace("default")
                    .withName("a")
                    .patch(MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")),
        attempt("list nodes", c -> c.nodes().list()),
        attempt("change a node", c -> c.nodes().withName("weft-2").patch(MERGE, "{\"spec\":{}}")),
        attempt("delete a MeshNode", c -> c.resources(MeshNode.class).withName("weft-2").delete()),
        attempt(
            "delete a HostNetwork",
            c -> c.resources(HostNetwork.class).withName("blue.weft-2").delete()),
        attempt("read leases", c -> c.leases().inNamespace("weft-system").list()),
        attempt(
            "ask for another token",
            c ->
                c.serviceAccounts()
                    .inNamespace("weft-system")
                    .withName("weft-operator")
                    .tokenRequest(
                        new io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder()
                            .withNewSpec()
                            .endSpec()
                            .build())));
  }

  private static Arguments attempt(String what, Function<KubernetesClient, Object> attempt) {
    return Arguments.of(what, attempt);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attempts")
  void isRefused(String what, Function<KubernetesClient, Object> attempt) {
    try (KubernetesClient agent = lab.agentClient(lab.node("weft-1"))) {
      assertThatThrownBy(() -> attempt.apply(agent))
          .isInstanceOf(KubernetesClientException.class)
          .extracting(e -> ((KubernetesClientException) e).getCode())
          .isEqualTo(403);
    }
  }

  @Test
  void whatItWritesOfAnotherNodeIsRefusedOrPutRightByThatNode() {
    var other = lab.client().resources(MeshNode.class).withName("weft-2");
    String before = other.get().getSpec().vtep();
    try (KubernetesClient agent = lab.agentClient(lab.node("weft-1"))) {
      agent
          .resource(
              """
              apiVersion: weft.dev/v1alpha1
              kind: MeshNode
              metadata: {name: weft-2}
              spec: {vtep: 192.168.77.11}
              """)
          .fieldManager("weft-agent")
          .forceConflicts()
          .serverSideApply();
    } catch (KubernetesClientException refused) {
      assertThat(refused.getCode()).isIn(403, 422);
      assertThat(refused.getMessage()).contains("may not write the MeshNode weft-2");
    }
    await()
        .atMost(InLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(Optional.ofNullable(other.get()).map(each -> each.getSpec().vtep()))
                .hasValue(before));
  }

  @Test
  void whatItClaimsForAnotherNodesPodIsRemovedAndReported() {
    String pod = lab.client().pods().withName("b").get().getMetadata().getUid();
    try (KubernetesClient agent = lab.agentClient(lab.node("weft-1"))) {
      agent
          .resource(
              """
              apiVersion: weft.dev/v1alpha1
              kind: NetworkEndpoint
              metadata:
                name: blue.10.10.0.99
                labels: {weft.dev/network: blue, weft.dev/node: weft-1}
              spec:
                network: blue
                node: weft-1
                address: 10.10.0.99/24
                mac: 02:42:0a:0a:00:63
                interface: eth9
                sandbox: {id: stolen, namespace: default, pod: b, podUid: "%s"}
              """
                  .formatted(pod))
          .create();
    }
    await()
        .atMost(InLab.PATIENCE)
        .until(() ->
            lab.client().resources(NetworkEndpoint.class).withName("blue.10.10.0.99").get()
                == null);
    await()
        .atMost(InLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(lab.client().v1().events().inNamespace("default").list().getItems())
                .anySatisfy(event -> {
                  assertThat(event.getReason()).isEqualTo("ForeignWrite");
                  assertThat(event.getMessage())
                      .contains("says node weft-1, but its pod default/b is on weft-2");
                }));
  }
}
