package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
  private static final Path FILES = Path.of("src/test/resources/roundtrip");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  static Stream<Class<?>> kinds() {
    return Stream.of(
        ContainerNetwork.class,
        OverlayService.class,
        Mesh.class,
        HostNetwork.class,
        MeshNode.class,
        NetworkEndpoint.class);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyFieldIsReadAndWrittenUnchanged(Class<? extends CustomResource<?, ?>> kind)
      throws IOException {
    String yaml = Files.readString(FILES.resolve(kind.getSimpleName() + ".yaml"));
    CustomResource<?, ?> resource = YAML.unmarshal(yaml, kind);
    assertThat(tree(resource)).isEqualTo(tree(YAML.unmarshal(yaml, Object.class)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theFileNamesEveryFieldOfSpecAndStatus(Class<? extends CustomResource<?, ?>> kind)
      throws IOException {
    String yaml = Files.readString(FILES.resolve(kind.getSimpleName() + ".yaml"));
    CustomResource<?, ?> resource = YAML.unmarshal(yaml, kind);
    for (Object part : new Object[] {resource.getSpec(), resource.getStatus()}) {
      assertThat(part).hasNoNullFieldsOrProperties();
    }
  }

  @Test
  void aFieldOfANewerVersionIsPassedOver() {
    ContainerNetwork network =
        YAML.unmarshal(
            """
            apiVersion: weft.dev/v1alpha1
            kind: ContainerNetwork
            metadata: {name: blue}
            spec: {driver: overlay, colour: blue, overlay: {shape: round}}
            status: {mood: good}
            """,
            ContainerNetwork.class);
    assertThat(network.getSpec().driver()).isEqualTo("overlay");
  }

  @Test
  void nullElementsOfAStoredObjectAreLeftOut() {
    ContainerNetworkSpec spec =
        YAML.unmarshal(
            "driver: overlay\nsubnets: [null]\nnodeSelector: {a: null, b: c}",
            ContainerNetworkSpec.class);
    assertThat(spec.subnets()).isEmpty();
    assertThat(spec.nodeSelector()).containsOnlyKeys("b");
  }

  @Test
  void absentAndEmptyAreTwoThings() {
    ContainerNetworkSpec spec =
        YAML.unmarshal("driver: overlay\nallowedNamespaces: []", ContainerNetworkSpec.class);
    assertThat(spec.allowedNamespaces()).isEmpty();
    assertThat(spec.subnets()).isNull();
    assertThat(YAML.asYaml(spec)).contains("allowedNamespaces: []").doesNotContain("subnets");
  }

  private static JsonNode tree(Object value) {
    return YAML.unmarshal(YAML.asJson(value), JsonNode.class);
  }
}
