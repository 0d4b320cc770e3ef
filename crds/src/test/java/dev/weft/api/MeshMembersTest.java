package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshMembers.Settled;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeshMembersTest {
  private static final MeshNode VICTIM = node("victim", 2, "192.0.2.2", "k2");

  private final MeshMembers members = new MeshMembers();

  @Test
  void theHolderKeepsItsAddressFromAnOlderNodeThatClaimsItLater() {
    assertThat(settle(node("thief", 1, "192.0.2.1", "k1"), VICTIM).members())
        .containsOnlyKeys("thief", "victim");

    Settled settled = settle(node("thief", 1, "192.0.2.2", "k1"), VICTIM);

    assertThat(settled.members()).containsOnlyKeys("victim");
    assertThat(settled.refused().get("thief").owner()).isEqualTo("victim");
    assertThat(settled.refused().get("thief").why())
        .startsWith(
            "MeshNode thief says that its tunnels end at 192.0.2.2, the address of the tunnels of"
                + " victim;");
  }

  @Test
  void ofTwoThatBecomeKnownTogetherTheOlderMeshNodeCounts() {
    Settled settled = settle(node("a-thief", 3, "192.0.2.2", "k1"), VICTIM);

    assertThat(settled.members()).containsOnlyKeys("victim");
  }

  @Test
  void anAddressInAnotherSpellingIsTheSame() {
    Settled settled =
        settle(node("a", 1, "fd00::1", "k1"), node("b", 2, "FD00:0:0:0:0:0:0:1", "k2"));

    assertThat(settled.members()).containsOnlyKeys("a");
  }

  @Test
  void aCopiedKeyIsItsFirstOwners() {
    Settled settled = settle(VICTIM, node("thief", 3, "192.0.2.3", "k2"));

    assertThat(settled.members()).containsOnlyKeys("victim");
    assertThat(settled.refused().get("thief").why()).contains("public key");
  }

  @Test
  void aRefusedNodeReservesNothingElse() {
    settle(VICTIM);
    settle(VICTIM, node("thief", 1, "192.0.2.2", "k3"));

    assertThat(
            settle(VICTIM, node("thief", 1, "192.0.2.2", "k3"), node("new", 4, "192.0.2.4", "k3"))
                .members())
        .containsOnlyKeys("victim", "new");
  }

  @Test
  void whatIsGivenUpIsFree() {
    settle(VICTIM, node("heir", 3, "192.0.2.2", "k3"));

    assertThat(settle(node("heir", 3, "192.0.2.2", "k3")).members()).containsOnlyKeys("heir");
  }

  @Test
  void twoNodesThatSwapTheirAddressesEndAsMembers() {
    settle(node("a", 1, "192.0.2.1", "k1"), VICTIM);
    assertThat(settle(node("a", 1, "192.0.2.2", "k1"), VICTIM).members())
        .containsOnlyKeys("victim");

    Settled settled = settle(node("a", 1, "192.0.2.2", "k1"), node("victim", 2, "192.0.2.1", "k2"));

    assertThat(settled.members()).containsOnlyKeys("a", "victim");
  }

  private Settled settle(MeshNode... nodes) {
    return members.settle(List.of(nodes));
  }

  private static MeshNode node(String name, int created, String vtep, String key) {
    MeshNode node = new MeshNode();
    node.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withCreationTimestamp("2026-01-01T00:00:0%dZ".formatted(created))
            .build());
    node.setSpec(
        MeshNodeSpecBuilder.builder()
            .vtep(vtep)
            .keys(List.of(new NodeKey(1L, 0L, key, null)))
            .build());
    return node;
  }
}
