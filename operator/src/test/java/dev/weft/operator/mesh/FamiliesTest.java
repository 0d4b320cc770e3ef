package dev.weft.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamiliesTest {
  private static MeshNode node(String name, String vtep) {
    MeshNode node = new MeshNode();
    node.setMetadata(new ObjectMetaBuilder().withName(name).build());
    node.setSpec(new MeshNodeSpec(vtep, null, null, null, null, null));
    return node;
  }

  @Test
  void theNodesOfTheSmallerFamilyAreNamed() {
    assertThat(
            Families.mixed(
                List.of(node("a", "192.0.2.1"), node("b", "192.0.2.2"), node("c", "2001:db8::3"))))
        .hasValueSatisfying(why -> assertThat(why).contains("c (2001:db8::3)", "IPv6"));
  }

  @Test
  void oneFamilyIsNoProblem() {
    assertThat(Families.mixed(List.of(node("a", "192.0.2.1"), node("b", "192.0.2.2")))).isEmpty();
  }
}
