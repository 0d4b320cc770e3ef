package dev.weft.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Root;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The operator, the agents and the definitions are deleted together while pods are attached, and no
 * object remains.
 */
@Tag("api-server")
class UninstallTest {
  private record Ended(int status, String output) {}

  @Test
  void whatAnyOrderOfDeletionStrandsTheCleanupEnds() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    try (Lab lab = InLab.start(2)) {
      assumeTrue(
          lab.controlPlane().isReal(),
          "the embedded API server keeps no definition until its resources are gone");
      Map<String, String> before = DeletionTest.states(lab);
      Made made = new Made(lab);
      made.network("blue", "driver: overlay");
      made.network("web", "driver: bridge");
      made.runningPod("a", "weft-1", "blue, web");
      made.runningPod("b", "weft-2", "blue, web");
      assertThat(agentCleans(lab.node("weft-1")).output()).contains("an agent runs on this node");

      lab.operator().kill();
      lab.nodes().stream().map(LabNode::agent).forEach(JavaProgram::kill);
      deleteDefinitions(lab.client());
      assertThat(definitions(lab.client())).as("held by finalizers").isNotEmpty();

      Ended cleanup =
          run(
              List.of(),
              "dev.weft.operator.OperatorMain",
              "cleanup",
              "--patience=1",
              "--kubeconfig=" + lab.kubeconfig());
      assertThat(cleanup.status()).as(cleanup.output()).isZero();
      assertThat(cleanup.output())
          .contains("released by force: HostNetwork blue.weft-1", "nothing of Weft is left");
      await().atMost(InLab.PATIENCE).until(() -> definitions(lab.client()).isEmpty());
      for (LabNode node : lab.nodes()) {
        Ended clean = agentCleans(node);
        assertThat(clean.status()).as(clean.output()).isZero();
        assertThat(clean.output()).contains("the node is clean");
      }
      assertThat(DeletionTest.states(lab)).isEqualTo(before);
    }
  }

  private static Ended agentCleans(LabNode node) throws IOException, InterruptedException {
    return run(
        List.of("nsenter", "--net=/run/netns/" + node.namespaceName()),
        "dev.weft.agent.AgentMain",
        "clean");
  }

  private static void deleteDefinitions(KubernetesClient client) {
    definitions(client).forEach(each -> client.resource(each).delete());
  }

  private static List<CustomResourceDefinition> definitions(KubernetesClient client) {
    return client.resources(CustomResourceDefinition.class).list().getItems().stream()
        .filter(each -> "weft.dev".equals(each.getSpec().getGroup()))
        .toList();
  }

  private static Ended run(List<String> within, String... program)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(within);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(program));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
