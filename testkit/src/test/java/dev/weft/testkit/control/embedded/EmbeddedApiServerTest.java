package dev.weft.testkit.control.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedApiServerTest {
  private final EmbeddedApiServer server = EmbeddedApiServer.start();
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                  .withMasterUrl(server.address().toString())
                  .withNamespace("default")
                  .build())
          .build();

  @BeforeEach
  void defineContainerNetworks() throws IOException {
    try (var yaml =
        Files.newInputStream(Path.of("../manifests/crds/containernetworks.weft.dev.yaml"))) {
      client.load(yaml).items().forEach(each -> client.resource(each).create());
    }
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aSecondObjectOfTheSameNameIsRefused() {
    client.resource(map("a", Map.of())).create();

    assertThatThrownBy(() -> client.resource(map("a", Map.of())).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
  }

  @Test
  void aWriterThatReadAnOlderVersionIsRefused() {
    ConfigMap first = client.resource(map("a", Map.of("k", "1"))).create();
    client.resource(map("a", Map.of("k", "2"))).update();
    first.setData(Map.of("k", "3"));

    assertThatThrownBy(() -> client.resource(first).update())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
  }

  @Test
  void aChangedSpecIsANewGenerationAndAChangedStatusIsNot() {
    ContainerNetwork made = client.resource(network("blue", 1400)).create();
    made.setStatus(ContainerNetworkStatusBuilder.builder().vni(4096).build());
    ContainerNetwork reported = client.resource(made).updateStatus();
    ContainerNetwork changed = client.resource(network("blue", 1300)).update();

    assertThat(made.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(reported.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(reported.getStatus().vni()).isEqualTo(4096);
    assertThat(changed.getMetadata().getGeneration()).isEqualTo(2);
    assertThat(changed.getStatus().vni()).isEqualTo(4096);
  }

  @Test
  void serverSideApplyRemovesFieldsThatItsManagerDropsAndKeepsOthers() {
    apply("one", map("a", Map.of("mine", "1", "gone", "1")));
    apply("two", map("a", Map.of("theirs", "2")));

    ConfigMap result = apply("one", map("a", Map.of("mine", "3")));

    assertThat(result.getData()).containsOnly(Map.entry("mine", "3"), Map.entry("theirs", "2"));
  }

  @Test
  void serverSideApplyMergesConditionsByTheirType() {
    client.resource(network("blue", 1400)).create();
    applyCondition("operator", Conditions.READY);
    applyCondition("agent", Conditions.DRIFTED);
    applyCondition("operator", Conditions.STALLED);

    assertThat(
            client
                .resources(ContainerNetwork.class)
                .withName("blue")
                .get()
                .getStatus()
                .conditions())
        .extracting("type")
        .containsExactlyInAnyOrder(Conditions.DRIFTED, Conditions.STALLED);
  }

  @Test
  void applyingTheSameAgainChangesNoVersion() {
    ConfigMap first = apply("one", map("a", Map.of("k", "1")));

    assertThat(apply("one", map("a", Map.of("k", "1"))).getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void anObjectWithAFinalizerGoesWhenTheFinalizerDoes() {
    ContainerNetwork network = network("blue", 1400);
    network.getMetadata().setFinalizers(List.of("weft.dev/network"));
    client.resource(network).create();
    client.resource(network).delete();

    var resource = client.resources(ContainerNetwork.class).withName("blue");
    assertThat(resource.get().isMarkedForDeletion()).isTrue();
    resource.edit(each -> {
      each.getMetadata().setFinalizers(List.of());
      return each;
    });
    assertThat(resource.get()).isNull();
  }

  @Test
  void anObjectGoesWithItsLastOwner() {
    ConfigMap owner = client.resource(map("owner", Map.of())).create();
    ConfigMap owned = map("owned", Map.of());
    owned
        .getMetadata()
        .setOwnerReferences(
            List.of(
                new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("ConfigMap")
                    .withName("owner")
                    .withUid(owner.getMetadata().getUid())
                    .build()));
    client.resource(owned).create();

    client.resource(owner).delete();

    assertThat(client.configMaps().withName("owned").get()).isNull();
  }

  @Test
  void aPodOnANodeIsRemovedWhenItsKubeletReportsIt() {
    var pod =
        client
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName("a")
                    .endMetadata()
                    .withNewSpec()
                    .withNodeName("weft-1")
                    .endSpec()
                    .build())
            .create();

    client.resource(pod).delete();
    assertThat(client.pods().withName("a").get().isMarkedForDeletion()).isTrue();
    client.resource(pod).withGracePeriod(0).delete();
    assertThat(client.pods().withName("a").get()).isNull();
  }

  @Test
  void listsSelectByLabelsAndFields() {
    for (String node : List.of("weft-1", "weft-2")) {
      client
          .resource(
              new PodBuilder()
                  .withNewMetadata()
                  .withName("on-" + node)
                  .addToLabels("weft.dev/node", node)
                  .endMetadata()
                  .withNewSpec()
                  .withNodeName(node)
                  .endSpec()
                  .build())
          .create();
    }

    assertThat(client.pods().withField("spec.nodeName", "weft-2").list().getItems()).hasSize(1);
    assertThat(client.pods().withLabel("weft.dev/node", "weft-1").list().getItems()).hasSize(1);
    assertThat(client.pods().withLabelIn("weft.dev/node", "weft-1", "weft-2").list().getItems())
        .hasSize(2);
    assertThat(client.pods().withoutLabel("weft.dev/node").list().getItems()).isEmpty();
  }

  @Test
  void anInformerMissesNothingAndSeesNothingTwice() {
    List<String> seen = new CopyOnWriteArrayList<>();
    client.resource(map("before", Map.of())).create();
    try (var _ =
        client
            .configMaps()
            .inNamespace("default")
            .inform(
                new ResourceEventHandler<ConfigMap>() {
                  @Override
                  public void onAdd(ConfigMap each) {
                    seen.add("added " + each.getMetadata().getName());
                  }

                  @Override
                  public void onUpdate(ConfigMap before, ConfigMap after) {
                    seen.add("changed " + after.getMetadata().getName());
                  }

                  @Override
                  public void onDelete(ConfigMap each, boolean stateUnknown) {
                    seen.add("deleted " + each.getMetadata().getName());
                  }
                })) {
      client.resource(map("after", Map.of())).create();
      client.resource(map("after", Map.of("k", "1"))).update();
      client.resource(map("before", Map.of())).delete();

      await()
          .untilAsserted(() ->
              assertThat(seen)
                  .containsExactly(
                      "added before", "added after", "changed after", "deleted before"));
    }
  }

  @Test
  void annotationsBeyondTheApiServersLimitAreRefused() {
    ConfigMap tooMuch = map("a", Map.of());
    tooMuch.getMetadata().setAnnotations(Map.of("weft.dev/networks", "x".repeat(300 * 1024)));

    assertThatThrownBy(() -> client.resource(tooMuch).create())
        .hasMessageContaining("may not be more than 262144 bytes");
  }

  private void applyCondition(String manager, String type) {
    ContainerNetwork status = network("blue", 1400);
    status.setStatus(
        ContainerNetworkStatusBuilder.builder()
            .conditions(
                List.of(
                    Conditions.of(type, Conditions.TRUE, Reason.LIVE, "", 1L, Clock.systemUTC())))
            .build());
    client
        .resource(status)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build());
  }

  private ConfigMap apply(String manager, ConfigMap map) {
    return client
        .resource(map)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build());
  }

  private static ConfigMap map(String name, Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withData(data)
        .build();
  }

  private static ContainerNetwork network(String name, int mtu) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(name).build());
    network.setSpec(ContainerNetworkSpecBuilder.builder().driver("overlay").mtu(mtu).build());
    return network;
  }
}
