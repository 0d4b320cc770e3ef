package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a lab of three nodes with the sample networks live and the sample pods running. It is
 * started once for all classes that ask for it, and removed after the last.
 */
final class InLab implements BeforeAllCallback, ParameterResolver {
  static final Path MANIFESTS = Path.of("../manifests");
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final List<String> NETWORKS = List.of("blue", "db", "lan", "web");
  static final List<String> PODS = List.of("a", "b", "c", "web-1", "web-2", "db-1");

  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(InLab.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    assumeTrue(Root.is(), Root.REASON);
    lab(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType().equals(Lab.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return lab(context);
  }

  private static Lab lab(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .computeIfAbsent(Lab.class, key -> startWithSamples(), Lab.class);
  }

  private static Lab startWithSamples() {
    Lab lab = start(3);
    try {
      lab.apply(MANIFESTS.resolve("samples"));
      Cluster cluster = new Cluster(lab.client());
      NETWORKS.forEach(name -> awaitReady(cluster, name));
      PODS.forEach(pod -> awaitRunning(cluster, pod));
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  /** A lab of its own, without networks, whose agents are ready. */
  static Lab start(int nodes) {
    Lab lab = Lab.create(Labs.name());
    try {
      lab.install(MANIFESTS);
      lab.startOperator();
      for (int i = 0; i < nodes; i++) {
        lab.addNode();
      }
      Cluster cluster = new Cluster(lab.client());
      lab.nodes()
          .forEach(node ->
              await("agent of " + node.name())
                  .atMost(PATIENCE)
                  .until(() -> cluster.isNodeReady(node.name())));
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  static void awaitReady(Cluster cluster, String network) {
    await(network + " is Ready")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.isReady(network)).as(cluster.describe(network)).isTrue());
  }

  static void awaitRunning(Cluster cluster, String pod) {
    await(pod + " runs").atMost(PATIENCE).until(() -> cluster.isRunning(pod));
  }
}
