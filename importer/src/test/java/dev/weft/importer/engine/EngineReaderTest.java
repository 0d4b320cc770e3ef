package dev.weft.importer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.importer.translate.Imported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -Dweft.golden=write} rewrites the expected output. */
class EngineReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aSwarmBecomesWhatIsWrittenBesideIt() throws IOException {
    Path folder = Path.of("src/test/resources/engine/swarm");
    JsonNode engine = JSON.readTree(folder.resolve("in.json").toFile());
    String yaml = read(engine.path("networks"), engine.path("services"));
    Path expected = folder.resolve("out.yaml");
    if ("write".equals(System.getProperty("weft.golden"))) {
      Files.writeString(expected, yaml);
    }

    assertThat(yaml).isEqualTo(Files.readString(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "f", "F", "false", "False", "FALSE"})
  void anOptionIsFalseInEveryWordThatDockerTakes(String word) throws IOException {
    assertThat(
            networks(
                """
                [{"Name": "n", "Id": "1", "Driver": "bridge", "Options":
                  {"com.docker.network.bridge.enable_icc": "%s",
                   "com.docker.network.bridge.enable_ip_masquerade": "%s"}}]
                """
                    .formatted(word, word)))
        .contains("interContainerTraffic: false", "masquerade: false");
  }

  @Test
  void aNetworkThatIsConfiguredByAnotherHasItsParentAndSubnet() throws IOException {
    assertThat(
            networks(
                """
                [{"Name": "lan", "Id": "1", "Driver": "macvlan", "ConfigFrom": {"Network": "conf"},
                  "IPAM": {"Driver": "default", "Config": []}, "Options": {}},
                 {"Name": "conf", "Id": "2", "Driver": "null", "ConfigOnly": true,
                  "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}, "Options": {"parent": "eth3"}}]
                """))
        .contains("parent: \"eth3\"", "cidr: \"10.9.0.0/24\"");
  }

  @Test
  void namesThatDifferStayDifferent() throws IOException {
    assertThat(
            networks(
                    """
                    [{"Name": "x_y", "Id": "1", "Driver": "overlay"},
                     {"Name": "x.y", "Id": "2", "Driver": "overlay"}]
                    """)
                .lines()
                .filter(each -> each.startsWith("  name:"))
                .distinct())
        .hasSize(2);
  }

  @Test
  void servicesOnPredefinedNetworksAreNotOnNetworksOfNoName() throws IOException {
    String yaml =
        service("{\"Replicated\": {\"Replicas\": 1}}", "[{\"Target\": \"h1\"}]")
            + service("{\"Replicated\": {\"Replicas\": 0}}", "[{\"Target\": \"b1\"}]");

    assertThat(yaml)
        .contains("hostNetwork: true", "replicas: 0")
        .doesNotContain("weft.dev/networks");
  }

  @Test
  void aServiceWithGroupsIsRead() throws IOException {
    assertThat(service("{\"Global\": {}}", "[{\"Target\": \"n1\"}]"))
        .contains("kind: \"OverlayService\"", "mode: \"Global\"")
        .contains("dropped: Spec.TaskTemplate.ContainerSpec.Groups: [staff]");
  }

  @Test
  void aJobEnds() throws IOException {
    assertThat(
            service(
                "{\"ReplicatedJob\": {\"MaxConcurrent\": 1, \"TotalCompletions\": 4}}",
                "[{\"Target\": \"n1\"}]"))
        .contains("kind: \"Job\"", "completions: 4");
    assertThat(service("{\"GlobalJob\": {}}", "[]")).contains("is left out: mode global-job");
  }

  @Test
  void anObjectThatCannotBeReadCostsOnlyItself() throws IOException {
    assertThat(
            networks(
                """
                [{"Name": "bad", "Id": "1", "Driver": "bridge", "IPAM": "none", "Internal": "maybe"},
                 {"Name": "good", "Id": "2", "Driver": "overlay"}]
                """))
        .contains("network bad", "is left out", "name: \"good\"");
  }

  private static String service(String mode, String networks) throws IOException {
    JsonNode known =
        JSON.readTree(
            """
            [{"Name": "host", "Id": "h1", "Driver": "host"},
             {"Name": "bridge", "Id": "b1", "Driver": "bridge"},
             {"Name": "n", "Id": "n1", "Driver": "overlay"}]
            """);
    JsonNode services =
        JSON.readTree(
            """
            [{"ID": "s", "Spec": {"Name": "s", "Mode": %s, "TaskTemplate": {"Networks": %s,
              "ContainerSpec": {"Image": "x", "Groups": ["staff"]}}}}]
            """
                .formatted(mode, networks));
    return read(known, services);
  }

  private static String networks(String json) throws IOException {
    return read(JSON.readTree(json), JSON.createArrayNode());
  }

  private static String read(JsonNode networks, JsonNode services) {
    List<JsonNode> first = new ArrayList<>();
    networks.forEach(first::add);
    List<JsonNode> second = new ArrayList<>();
    services.forEach(second::add);
    return Imported.yaml(EngineReader.read(first, second));
  }
}
