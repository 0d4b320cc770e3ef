package dev.weft.agent.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.Given;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.sandbox.JoinedSandboxes;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.Kernel;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When a deleted HostNetwork loses its finalizer, on a real API server. */
@NullUnmarked
@Tag("api-server")
class ReleaseOnApiServerTest {
  private static TestApiServer server;

  private final KubernetesClient api = server.client();
  private final Timer timer = new Timer();
  private final ApiWrites writes = new ApiWrites(timer);
  private final ClusterCaches cluster = new ClusterCaches(api, "a", _ -> Optional.empty());
  private final JoinedSandboxes sandboxes = new JoinedSandboxes(List.of());
  private final DesiredCache desired =
      new DesiredCache(cluster, sandboxes, new Kernel("6.18", List.of()));
  private final StatusReports statuses =
      new StatusReports(
          cluster,
          sandboxes,
          new StatusReports.Sinks(
              new HostNetworkReports(api, writes, Clock.systemUTC()),
              new EndpointReports(api, writes, Clock.systemUTC(), (_, _) -> {}),
              _ -> {}),
          Clock.systemUTC());

  @BeforeAll
  static void start() throws IOException {
    server = TestApiServer.shared();
  }

  @AfterEach
  void clean() {
    cluster.close();
    writes.close();
    timer.close();
    HostNetwork left = stored();
    if (left != null) {
      left.getMetadata().setFinalizers(List.of());
      api.resource(left).update();
      api.resource(left).delete();
    }
    api.resources(ContainerNetwork.class).withName("blue").delete();
  }

  @Test
  void waitsForAPassThatKnewOfTheDeletionAndFoundTheKernelClean() {
    // a server with a garbage collector removes a HostNetwork whose owner does not exist
    ContainerNetwork blue = api.resource(Given.overlay("blue", "10.1.0.0/24")).create();
    blue.setStatus(Given.overlay("blue", "10.1.0.0/24").getStatus());
    api.resource(HostNetworks.of(blue, "a")).create();
    cluster.start(new ClusterCaches.Listener() {}).join();
    desired.update(PassScope.EVERYTHING);
    api.resources(HostNetwork.class).withName("blue.a").delete();
    await().until(() -> cluster.hostNetwork("blue").orElseThrow().isMarkedForDeletion());

    report(Optional.of(Set.of()));
    assertThat(isReleased()).as("the pass began before the deletion was known").isFalse();

    desired.update(PassScope.EVERYTHING);
    report(Optional.empty());
    assertThat(isReleased()).as("the pass did not look at all of the kernel").isFalse();
    report(Optional.of(Set.of(blue.getMetadata().getUid())));
    assertThat(isReleased()).as("the kernel still holds a device").isFalse();

    report(Optional.of(Set.of()));
    await().until(() -> stored() == null);
  }

  /**
   * Reports a pass.
   *
   * @param standing networks that the kernel still holds; empty if the pass did not read it
   */
  private void report(Optional<Set<String>> standing) {
    statuses.report(
        PassScope.EVERYTHING,
        desired,
        new ReconcileOutcome(Map.of(), Map.of(), List.of(), standing, ReconcileOutcome.Keys.NONE),
        Map.of());
  }

  /** Whether the finalizer has been or will be removed. */
  private boolean isReleased() {
    return writes.isPending("finalizer blue.a") || stored() == null;
  }

  private HostNetwork stored() {
    return api.resources(HostNetwork.class).withName("blue.a").get();
  }
}
