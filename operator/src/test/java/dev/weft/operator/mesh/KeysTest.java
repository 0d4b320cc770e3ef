package dev.weft.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Kernel;
import dev.weft.api.KeyProgress;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.MeshNodeStatus;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.MeshStatus;
import dev.weft.api.NodeKey;
import dev.weft.mesh.keys.NodeKeyPair;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final NodeKeyPair PAIR = NodeKeyPair.fresh(new SecureRandom());

  @Test
  void aMeshWithoutKeysGetsTheFirstEpoch() {
    Keys keys = Keys.of(mesh(null), holders(node("n1")), new PhaseClock(), START);

    assertThat(keys.state())
        .isEqualTo(new MeshKeys(1L, "Prepare", 0, 1, "0/1", START.toString(), null));
    assertThat(keys.waiting()).containsExactly("n1");
    assertThat(keys.wake()).isEqualTo(START.plus(Duration.ofHours(3)));
  }

  @Test
  void aRecreatedMeshContinuesFromTheNewestEpochOfAnyNode() {
    MeshNode away = node("away", key(7));
    Keys keys =
        Keys.of(
            mesh(null),
            new KeyHolders(List.of(away, node("n1")), Set.of("n1")),
            new PhaseClock(),
            START);

    assertThat(Objects.requireNonNull(keys.state()).epoch()).isEqualTo(7);
    assertThat(keys.waiting()).containsExactly("n1");
  }

  @Test
  void anImpossibleEpochMovesNoNode() {
    KeyHolders holders = holders(node("liar", key(Long.MAX_VALUE)), node("n1", key(7)));

    Keys keys = Keys.of(mesh(null), holders, new PhaseClock(), START);

    assertThat(Objects.requireNonNull(keys.state()).epoch()).isEqualTo(7);
  }

  @Test
  void aNodesReportOfEpochsDoesNotChangeTheMeshsEpoch() {
    MeshNode liar = node("liar", key(1_000_000));
    progress(liar, new KeyProgress(1_000_000L, "0".repeat(64), 1_000_000L, 1_000_000L));

    Keys keys =
        Keys.of(mesh(state("Idle")), holders(liar, node("n1", key(2))), new PhaseClock(), START);

    assertThat(Objects.requireNonNull(keys.state()).epoch()).isEqualTo(2);
  }

  @Test
  void aNodeThatDoesNotFollowBlocksNoRotation() {
    MeshNode honest = node("n1", key(2));
    KeyHolders holders = holders(node("liar"), honest);
    progress(honest, new KeyProgress(2L, holders.directory(2).digest(), 2L, null));
    PhaseClock phases = new PhaseClock();
    Mesh mesh = mesh(state("Prepare"));

    Keys waits = Keys.of(mesh, holders, phases, START);
    assertThat(Objects.requireNonNull(waits.state()).phase()).isEqualTo("Prepare");
    Instant late = Objects.requireNonNull(waits.wake());
    Keys goesOn = Keys.of(mesh, holders, phases, late);

    assertThat(late).isEqualTo(START.plus(Duration.ofHours(3)));
    assertThat(Objects.requireNonNull(goesOn.state()).phase())
        .as("each phase waits as long")
        .isEqualTo("Activate");
    assertThat(goesOn.waiting()).containsExactly("liar");
    assertThat(Objects.requireNonNull(goesOn.wake())).isEqualTo(late.plus(Duration.ofHours(3)));
  }

  @Test
  void whatNodesHaveDoneAlreadyIsNotWaitedForAgain() {
    MeshNode node = node("n1", key(2));
    String digest = holders(node).directory(2).digest();
    progress(node, new KeyProgress(2L, digest, 2L, null));

    Keys keys = Keys.of(mesh(state("Prepare")), holders(node), new PhaseClock(), START);

    assertThat(keys.state())
        .isEqualTo(new MeshKeys(2L, "Idle", 1, 1, "1/1", START.toString(), null));
  }

  @Test
  void nodesThatCannotEncryptOrAreAwayAreNotWaitedFor() {
    MeshNode unable = node("unable");
    unable.setSpec(
        MeshNodeSpecBuilder.builder(unable.getSpec())
            .kernel(new Kernel("6.1", List.of("vlan", "aes-gcm")))
            .build());
    KeyHolders holders = new KeyHolders(List.of(unable, node("away"), node("n1")), Set.of("n1"));

    assertThat(holders.live(false)).extracting(KeyHolder::node).containsExactly("n1");
  }

  @Test
  void nodesThatCannotTakeEspInUdpAreNotWaitedForWhereItIsToTravelSo() {
    MeshNode unable = node("n1", key(2));
    unable.setSpec(
        MeshNodeSpecBuilder.builder(unable.getSpec())
            .kernel(new Kernel("5.4", List.of("esp6-in-udp", "esp-in-udp")))
            .build());

    assertThat(holders(unable).live(false)).hasSize(1);
    assertThat(holders(unable).live(true)).isEmpty();
  }

  @Test
  void keysOfOtherPacketsAreFollowedByNewOnes() {
    Mesh mesh = mesh(state("Idle"));
    mesh.setSpec(MeshSpecBuilder.builder().ipsecEncapsulation("UDP").build());
    MeshNode node = node("n1", key(2));
    progress(node, new KeyProgress(2L, holders(node).directory(2).digest(), 2L, null));

    assertThat(Keys.of(mesh, holders(node), new PhaseClock(), START).wake())
        .isEqualTo(START.plus(KeySchedule.SHORT));
    Keys next = Keys.of(mesh, holders(node), new PhaseClock(), START.plus(KeySchedule.SHORT));
    assertThat(Objects.requireNonNull(next.state()).epoch()).isEqualTo(3);
  }

  @Test
  void aChangeThatTakesTooLongNamesTheNodesThatItWaitsFor() {
    Keys keys =
        Keys.of(mesh(state("Prepare")), holders(node("n1"), node("n2")), new PhaseClock(), START);

    assertThat(summary(conditions(keys, START)))
        .containsExactly("KeyRotationInProgress=True PreparingKeys", "Degraded=False NotDegraded");
    List<Condition> late = conditions(keys, START.plus(KeyConditions.PATIENCE));
    assertThat(summary(late)).contains("Degraded=True KeyRotationStuck");
    assertThat(late.getLast().getMessage())
        .isEqualTo("0/2 nodes accept frames with keys of epoch 2; waiting for n1; n2");
  }

  @Test
  void aNodeWithAnUnusableKeyIsNamed() {
    Keys keys =
        Keys.of(
            mesh(state("Prepare")),
            holders(node("n1", key(2)), node("n2", key(2))),
            new PhaseClock(),
            START);

    List<Condition> conditions = conditions(keys, START);
    assertThat(summary(conditions)).contains("Degraded=True KeyRefused");
    assertThat(conditions.getLast().getMessage()).contains("n1: another node publishes the same");
  }

  @Test
  void aMeshWithoutEncryptedNetworksReportsNoKeys() {
    List<Condition> before =
        conditions(Keys.of(mesh(null), holders(node("n1")), new PhaseClock(), START), START);
    List<Condition> after =
        KeyConditions.add(
                new dev.weft.api.ConditionsDraft(before, 1L, at(START)),
                null,
                List.of(),
                java.util.Map.of())
            .list();
    assertThat(after).isEmpty();
  }

  private static List<Condition> conditions(Keys keys, Instant time) {
    return KeyConditions.add(
            new dev.weft.api.ConditionsDraft(List.of(), 1L, at(time)),
            keys.state(),
            keys.waiting(),
            keys.refused())
        .list();
  }

  private static List<String> summary(List<Condition> conditions) {
    return conditions.stream()
        .map(each -> "%s=%s %s".formatted(each.getType(), each.getStatus(), each.getReason()))
        .toList();
  }

  private static Clock at(Instant time) {
    return Clock.fixed(time, ZoneOffset.UTC);
  }

  private static MeshKeys state(String phase) {
    return new MeshKeys(2L, phase, 0, 0, "0/0", START.toString(), null);
  }

  private static Mesh mesh(@Nullable MeshKeys keys) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName("default").build());
    mesh.setStatus(new MeshStatus(1L, List.of(), 0, 0, keys));
    return mesh;
  }

  private static KeyHolders holders(MeshNode... nodes) {
    return new KeyHolders(
        List.of(nodes),
        Arrays.stream(nodes)
            .map(each -> each.getMetadata().getName())
            .collect(java.util.stream.Collectors.toSet()));
  }

  private static NodeKey key(long epoch) {
    return new NodeKey(epoch, 0L, PAIR.publicKey(), null);
  }

  private static MeshNode node(String name, NodeKey... keys) {
    MeshNode node = new MeshNode();
    node.setMetadata(new ObjectMetaBuilder().withName(name).build());
    node.setSpec(
        MeshNodeSpecBuilder.builder()
            .vtep("192.0.2." + (1 + Math.floorMod(name.hashCode(), 250)))
            .keys(List.of(keys))
            .build());
    return node;
  }

  private static void progress(MeshNode node, KeyProgress progress) {
    node.setStatus(new MeshNodeStatus(1L, List.of(), progress));
  }
}
