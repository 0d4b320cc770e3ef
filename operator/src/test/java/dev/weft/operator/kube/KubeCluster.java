package dev.weft.operator.kube;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.operator.WeftOperator;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster of API server, operator and simulated agents, cleared after every test. */
public final class KubeCluster implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          dev.weft.api.OverlayService.class,
          ContainerNetwork.class,
          HostNetwork.class,
          NetworkEndpoint.class,
          MeshNode.class,
          Mesh.class,
          Node.class,
          Pod.class,
          Lease.class,
          io.fabric8.kubernetes.api.model.Event.class);

  private @Nullable TestApiServer server;
  private @Nullable WeftOperator operator;
  private @Nullable Agents agents;

  public KubernetesClient client() {
    return Objects.requireNonNull(server).client();
  }

  public Agents agents() {
    return Objects.requireNonNull(agents);
  }

  /** Skips the test on the embedded API server, which lacks a feature that it needs. */
  public void assumeReal(String lacks) {
    assumeTrue(Objects.requireNonNull(server).isReal(), "the embedded API server has no " + lacks);
  }

  public void startOperator() {
    WeftOperator started =
        new WeftOperator(client(), Names.NAMESPACE, false, new SimpleMeterRegistry());
    operator = started;
    started.start();
  }

  public void stopOperator() {
    if (operator != null) {
      operator.close();
      operator = null;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    server = TestApiServer.shared();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    agents = new Agents(client());
    startOperator();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    stopOperator();
    if (agents != null) {
      agents.close();
    }
    KINDS.forEach(this::deleteAll);
  }

  private void deleteAll(Class<? extends HasMetadata> kind) {
    Awaitility.await()
        .until(() -> {
          List<? extends HasMetadata> left =
              client().resources(kind).inAnyNamespace().list().getItems();
          left.forEach(this::delete);
          return left.isEmpty();
        });
  }

  private void delete(HasMetadata resource) {
    if (!resource.getMetadata().getFinalizers().isEmpty()) {
      client()
          .resource(resource)
          .edit(each -> {
            each.getMetadata().setFinalizers(List.of());
            return each;
          });
    }
    client().resource(resource).withGracePeriod(0).delete();
  }
}
