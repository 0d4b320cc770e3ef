package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path INSTALL = ROOT.resolve("manifests/install.yaml");

  /** Kinds of other projects, without types here. */
  private static final String PROMETHEUS_OPERATOR = "monitoring.coreos.com/v1";

  static List<String> builds() throws IOException {
    return Builds.all();
  }

  @Test
  void theInstallationIsWhatTheBaseBuilds() throws IOException {
    String built = Kubectl.withComponentsOrSkip().build(Builds.KUSTOMIZE.resolve(Builds.BASE));

    assertThat(Files.readString(INSTALL)).as("regenerate it with ./weft manifests").endsWith(built);
  }

  @ParameterizedTest
  @MethodSource("builds")
  void everyFieldIsOneThatItsTypeHas(String what, @TempDir Path scratch) throws IOException {
    StrictModels models = new StrictModels();
    List<JsonNode> documents = Builds.of(what, scratch);

    assertThat(documents).isNotEmpty();
    documents.stream()
        .filter(each -> !each.path("apiVersion").asText().equals(PROMETHEUS_OPERATOR))
        .map(models::read)
        .forEach(each -> assertThat(problems(each)).as(each.getMetadata().getName()).isEmpty());
  }

  static List<Path> appliedFiles() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("examples", "manifests/samples")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(found::add);
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("appliedFiles")
  void everyFieldOfAnExampleIsOneThatItsTypeHas(Path file) throws IOException {
    StrictModels models = new StrictModels();

    assertThat(Documents.of(Files.readString(file)))
        .isNotEmpty()
        .map(models::read)
        .allSatisfy(each -> assertThat(problems(each)).as(each.getMetadata().getName()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("appliedFiles")
  void anExampleNamesNoNodeOfItsAuthor(Path file) throws IOException {
    if (file.startsWith(ROOT.resolve("examples"))) {
      assertThat(Files.readString(file)).doesNotContain("nodeName:");
    }
  }

  @Test
  void allComponentsGoTogether(@TempDir Path scratch) throws IOException {
    assertThat(Documents.of(Builds.with(Builds.components(), scratch))).isNotEmpty();
  }

  @Test
  void componentsSwitchTheNetworksThatStandBesideThem() {
    List<JsonNode> production =
        Documents.of(
            Kubectl.withComponentsOrSkip().build(Builds.KUSTOMIZE.resolve("examples/production")));

    JsonNode backend = Documents.find(production, "ContainerNetwork", "backend");
    JsonNode floor = Documents.find(production, "ContainerNetwork", "floor");
    assertThat(backend.at("/spec/overlay/encrypted").asBoolean()).isTrue();
    assertThat(floor.at("/spec/macvlan/hostAccess").asBoolean()).isTrue();
    assertThat(floor.at("/spec/overlay").isMissingNode()).isTrue();
  }

  @Test
  void everythingIsInItsOwnNamespaceButTheEventsOfClusterScopedObjects() throws IOException {
    assertThat(install())
        .map(each -> each.at("/metadata/namespace").asText(""))
        .containsOnly("", Names.NAMESPACE, "default");
  }

  @Test
  void theImagesAreThoseOfThisVersion() throws IOException {
    String version =
        Files.readString(ROOT.resolve("pom.xml"))
            .replaceFirst("(?s).*?<artifactId>weft</artifactId>\\s*<version>([^<]*)<.*", "$1");

    assertThat(List.of(pod("Deployment"), pod("DaemonSet")))
        .extracting(each -> each.at("/containers/0/image").asText())
        .allMatch(image -> image.endsWith(":" + version));
  }

  @Test
  void theOperatorsPodsKeepToTheLevelRestricted() throws IOException {
    JsonNode pod = pod("Deployment");
    JsonNode container = pod.at("/containers/0/securityContext");

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(container.at("/capabilities").toString()).isEqualTo("{\"drop\":[\"ALL\"]}");
    assertThat(container.at("/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC")).isFalse();
    assertThat(pod.at("/volumes")).noneMatch(each -> each.has("hostPath"));
  }

  @Test
  void theAgentsPodsHaveThreeCapabilitiesAndShareNothingButTheNetwork() throws IOException {
    JsonNode pod = pod("DaemonSet");
    JsonNode container = pod.at("/containers/0/securityContext");

    assertThat(container.at("/capabilities").toString())
        .isEqualTo(
            "{\"add\":[\"NET_ADMIN\",\"NET_BROADCAST\",\"NET_RAW\",\"SYS_ADMIN\"],"
                + "\"drop\":[\"ALL\"]}");
    assertThat(container.at("/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.has("privileged") || pod.has("hostPID") || pod.has("hostIPC")).isFalse();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.at("/volumes"))
        .filteredOn(each -> each.has("hostPath"))
        .extracting(each -> each.at("/hostPath/path").asText())
        .containsExactlyInAnyOrder("/run/weft", "/run/netns", "/run/nri", "/proc/sys/net");
  }

  @Test
  void noRuleNamesASecretOrAnythingAtAll() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    install().stream()
        .filter(each -> each.path("kind").asText().endsWith("Role"))
        .forEach(each -> each.path("rules").forEach(rules::add));

    assertThat(rules)
        .isNotEmpty()
        .extracting(JsonNode::toString)
        .noneMatch(rule ->
            Stream.of("*", "secrets", "escalate", "impersonate", "bind").anyMatch(rule::contains));
  }

  private static List<JsonNode> install() throws IOException {
    return Documents.of(Files.readString(INSTALL));
  }

  private static JsonNode pod(String workload) throws IOException {
    return install().stream()
        .filter(each -> each.path("kind").asText().equals(workload))
        .map(each -> each.at("/spec/template/spec"))
        .findFirst()
        .orElseThrow();
  }

  private static List<Violation> problems(HasMetadata object) {
    return switch (object) {
      case ContainerNetwork network -> Validation.of(network);
      case Mesh mesh -> Validation.of(mesh);
      case OverlayService service -> Validation.of(service);
      default -> List.of();
    };
  }
}
