package dev.weft.operator.mesh;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Kernel;
import dev.weft.api.KeyRotation;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.MeshSpec;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.OverlayOptions;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("api-server")
class MeshReconcilerTest {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  private KeyKeepers keepers;

  @BeforeAll
  static void waitLongerForAMachineThatIsBusy() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
  }

  @BeforeEach
  void keepers() {
    keepers = new KeyKeepers(CLUSTER.client());
  }

  @Test
  void theFirstEncryptedNetworkMakesTheMeshAndItsKeysAndTheLastTakesThemAlong() {
    CLUSTER.agents().join("n1", "n2");
    encrypted("red");

    awaitKeys(1, "Prepare", "0/2");
    assertThat(mesh().getSpec()).isEqualTo(MeshSpecBuilder.builder().build());
    assertThat(condition("KeyRotationInProgress").getMessage())
        .isEqualTo("0/2 nodes accept frames with keys of epoch 1; waiting for n1; n2");
    awaitRest(1, "n1", "n2");
    assertThat(condition("KeyRotationInProgress").getReason()).isEqualTo("KeysCurrent");

    CLUSTER.client().resources(ContainerNetwork.class).withName("red").delete();

    await().until(() -> mesh() == null);
  }

  @Test
  void aMeshOfTheUserIsLeftAsTheUserWroteItAndKeepsNoKeysWithoutEncryptedNetworks() {
    MeshSpec spec = MeshSpecBuilder.builder().keyRotation(new KeyRotation("24h", null)).build();
    user(spec);
    CLUSTER.agents().join("n1");
    encrypted("red");
    awaitRest(1, "n1");
    assertThat(mesh().getSpec()).isEqualTo(spec);

    CLUSTER.client().resources(ContainerNetwork.class).withName("red").delete();

    await().until(() -> mesh().getStatus().keys() == null);
    assertThat(mesh().getStatus().conditions())
        .extracting(Condition::getType)
        .containsExactly("Ready", "Stalled");
  }

  @Test
  void anAnnotationAsksForNewKeysOnceAndTheOperatorMayDieInEveryPhase() {
    CLUSTER.agents().join("n1", "n2");
    encrypted("red");
    awaitRest(1, "n1", "n2");

    String made = mesh().getMetadata().getUid();
    annotate("monday");

    List<String> phases = new ArrayList<>();
    await()
        .until(() -> {
          keepers.act("n1");
          CLUSTER.stopOperator();
          CLUSTER.startOperator();
          keepers.act("n2");
          MeshKeys keys = keys();
          if (phases.isEmpty() || !phases.getLast().equals(keys.phase())) {
            phases.add(String.valueOf(keys.phase()));
          }
          return keys.epoch() == 2 && "Idle".equals(keys.phase());
        });
    assertThat(phases).isSubsetOf("Idle", "Prepare", "Activate", "Retire").endsWith("Idle");
    assertThat(keys().rotate()).isEqualTo("monday");
    assertThat(mesh().getMetadata().getUid()).isEqualTo(made);
    annotate("tuesday");
    awaitRest(3, "n1", "n2");
    assertThat(keys().rotate()).isEqualTo("tuesday");
  }

  @Test
  void aNodeThatIsAwayDelaysNothingAndOneThatDoesNotAnswerIsNamed() {
    CLUSTER.agents().join("n1", "n2", "n3");
    encrypted("red");
    awaitRest(1, "n1", "n2", "n3");
    CLUSTER.agents().renewLease("n3", Duration.ofSeconds(1), Instant.now());

    annotate("a");
    await()
        .until(() -> {
          keepers.act("n1");
          return condition("KeyRotationInProgress")
              .getMessage()
              .equals("1/2 nodes accept frames with keys of epoch 2; waiting for n2");
        });
    awaitRest(2, "n1", "n2");
    annotate("b");
    awaitRest(3, "n1", "n2");
    assertThat(keys().summary()).isEqualTo("2/2");

    CLUSTER.agents().renewLease("n3", Duration.ofHours(1), Instant.now());

    awaitKeys(3, "Idle", "2/3");
    keepers.act("n1", "n2", "n3");
    awaitKeys(3, "Idle", "3/3");
  }

  @Test
  void anEpochThatCarriedEnoughIsFollowedByAnother() {
    CLUSTER.agents().join("n1");
    encrypted("red");
    awaitRest(1, "n1");

    keepers.act(1L, "n1");

    awaitKeys(2, "Prepare", "0/1");
  }

  @Test
  void aNodeThatCannotEncryptIsNamedAndNotWaitedFor() {
    CLUSTER.agents().join("n1", "n2");
    kernel("n2", "esp", "aes-gcm");
    encrypted("red");
    pod("a", "n1");
    pod("b", "n2");

    awaitRest(1, "n1");

    await()
        .untilAsserted(() -> {
          Condition encrypted = encryptedCondition("red").orElseThrow();
          assertThat(encrypted.getReason()).isEqualTo("NodeCannotEncrypt");
          assertThat(encrypted.getMessage()).startsWith("n2 lacks esp, aes-gcm;");
        });
    kernel("n2");
    await()
        .until(() -> {
          keepers.act("n1", "n2");
          return encryptedCondition("red")
              .filter(each -> "AllNodesEncrypt".equals(each.getReason()))
              .isPresent();
        });
  }

  @Test
  void aMeshOfBothIpFamiliesNamesTheNodesThatOthersDoNotReach() {
    user(MeshSpecBuilder.builder().build());
    CLUSTER.client().resource(network("blue", "overlay")).create();
    CLUSTER.agents().join("n1", "n2", "n3");
    await().untilAsserted(() -> assertThat(mesh().getStatus()).isNotNull());
    assertThat(degraded()).isEmpty();

    vtep("n2", "2001:db8::2");
    await().untilAsserted(() -> assertThat(degraded()).contains("n2 (2001:db8::2)", "IPv6"));

    vtep("n2", "192.0.2.254");
    await().untilAsserted(() -> assertThat(degraded()).isEmpty());
  }

  private static String degraded() {
    return Conditions.find(mesh().getStatus().conditions(), Conditions.DEGRADED)
        .map(Condition::getMessage)
        .orElse("");
  }

  private static void vtep(String node, String address) {
    CLUSTER
        .client()
        .resources(MeshNode.class)
        .withName(node)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"vtep\":\"%s\"}}".formatted(address));
  }

  @Test
  void tunnelsHaveRoomForUdpFromTheMeshsRequestToTheLastKeyThatUsesIt() {
    user(MeshSpecBuilder.builder().build());
    CLUSTER.agents().join("n1", "n2");
    encrypted("red");
    awaitMtu(1416);

    encapsulate("UDP");
    awaitMtu(1408);
    keepers.takeAt(4500);
    awaitRest(1, "n1", "n2");
    encapsulate("None");
    keepers.takeAt(null);
    awaitRest(2, "n1", "n2");
    awaitMtu(1416);
  }

  private static void encapsulate(String encapsulation) {
    CLUSTER
        .client()
        .resources(Mesh.class)
        .withName(Names.MESH)
        .edit(mesh -> {
          mesh.setSpec(MeshSpecBuilder.builder().ipsecEncapsulation(encapsulation).build());
          return mesh;
        });
  }

  private static void awaitMtu(int bytes) {
    await()
        .untilAsserted(() -> {
          ContainerNetwork stored =
              CLUSTER.client().resources(ContainerNetwork.class).withName("red").get();
          assertThat(stored.getStatus()).isNotNull();
          assertThat(stored.getStatus().mtu()).isEqualTo(bytes);
        });
  }

  private static void encrypted(String name) {
    CLUSTER
        .client()
        .resource(network(name, "overlay", spec -> spec.overlay(new OverlayOptions(null, true))))
        .create();
  }

  private static void user(MeshSpec spec) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName(Names.MESH).build());
    mesh.setSpec(spec);
    CLUSTER.client().resource(mesh).create();
  }

  private static void annotate(String value) {
    CLUSTER
        .client()
        .resources(Mesh.class)
        .withName(Names.MESH)
        .edit(mesh -> {
          mesh.getMetadata().setAnnotations(Map.of(Names.ROTATE_ANNOTATION, value));
          return mesh;
        });
  }

  private static void kernel(String node, String... missing) {
    MeshNode fresh = new MeshNode();
    fresh.setMetadata(new ObjectMetaBuilder().withName(node).build());
    fresh.setSpec(
        MeshNodeSpecBuilder.builder().kernel(new Kernel("6.1", List.of(missing))).build());
    CLUSTER
        .client()
        .resource(fresh)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("survey")
                .withForce(true)
                .build());
  }

  private static void pod(String name, String node) {
    CLUSTER
        .client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .addToAnnotations(Names.NETWORKS_ANNOTATION, "red")
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("c")
                .withImage("none")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private void awaitRest(long epoch, String... nodes) {
    await()
        .until(() -> {
          keepers.act(nodes);
          MeshKeys keys = mesh() == null || mesh().getStatus() == null ? null : keys();
          return keys != null && keys.epoch() == epoch && "Idle".equals(keys.phase());
        });
  }

  private static void awaitKeys(long epoch, String phase, String summary) {
    await()
        .untilAsserted(() -> {
          assertThat(mesh()).isNotNull();
          assertThat(mesh().getStatus()).isNotNull();
          assertThat(keys()).isNotNull();
          assertThat(keys().epoch()).isEqualTo(epoch);
          assertThat(keys().phase()).isEqualTo(phase);
          assertThat(keys().summary()).isEqualTo(summary);
        });
  }

  private static @Nullable Mesh mesh() {
    return CLUSTER.client().resources(Mesh.class).withName(Names.MESH).get();
  }

  private static @Nullable MeshKeys keys() {
    return mesh().getStatus().keys();
  }

  private static Condition condition(String type) {
    return Conditions.find(mesh().getStatus().conditions(), type).orElseThrow();
  }

  private static Optional<Condition> encryptedCondition(String network) {
    ContainerNetwork stored =
        CLUSTER.client().resources(ContainerNetwork.class).withName(network).get();
    return stored.getStatus() == null
        ? Optional.empty()
        : Conditions.find(stored.getStatus().conditions(), Conditions.ENCRYPTED);
  }
}
