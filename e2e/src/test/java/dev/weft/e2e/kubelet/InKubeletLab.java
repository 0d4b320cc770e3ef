package dev.weft.e2e.kubelet;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link KubeletLab} of three nodes with ready agents, or skips them where none is
 * available. It starts once for all classes that request it, and is removed after the last. A test
 * leaves it as it found it.
 */
public final class InKubeletLab implements BeforeAllCallback, ParameterResolver {
  /** How long a test waits for a condition. */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int NODES = 3;
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(InKubeletLab.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(KubeletLab.missing().isEmpty(), () -> KubeletLab.missing().orElse(""));
    lab(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType().equals(KubeletLab.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return lab(context);
  }

  private static KubeletLab lab(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .computeIfAbsent(KubeletLab.class, _ -> start(), KubeletLab.class);
  }

  private static KubeletLab start() {
    KubeletLab lab = KubeletLab.create(Labs.name(), NODES);
    try {
      lab.startWeft(Path.of("../manifests"));
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
}
