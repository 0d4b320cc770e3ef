package dev.weft.agent.attach.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.Given;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Handling of endpoints that differ from the agent's cache, on a real API server. */
@NullUnmarked
@Tag("api-server")
class AddressLockOnApiServerTest {
  private static TestApiServer server;

  private final KubernetesClient api = server.client();
  private final Timer timer = new Timer();
  private final ApiWrites writes = new ApiWrites(timer);
  private final ClusterCaches cluster = new ClusterCaches(api, "a", _ -> Optional.empty());
  private final AddressLock claims = new AddressLock(api, cluster.endpoints(), writes, _ -> {});
  private final ContainerNetwork blue = Given.overlay("blue", "10.1.0.0/24");

  @BeforeAll
  static void start() throws IOException {
    server = TestApiServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void clean() {
    cluster.close();
    writes.close();
    timer.close();
    api.resources(NetworkEndpoint.class).delete();
  }

  @Test
  void anEndpointThatAnotherHasTakenSinceIsNotGivenBack() throws AttachError {
    NetworkEndpoint mine = create("one");
    api.resource(mine).delete();
    NetworkEndpoint others = create("two");

    claims.release(mine);

    assertThat(stored().getMetadata().getUid()).isEqualTo(others.getMetadata().getUid());
  }

  @Test
  void anEndpointThatIsAnothersByNowIsNotTakenOver() {
    NetworkEndpoint mine = create("one");
    api.resource(mine).delete();
    NetworkEndpoint others = create("two");
    AddressOwner next =
        new AddressOwner(new SandboxReference("next", "default", "one", "uid-one", null));

    assertThatThrownBy(() -> claims.adopt(mine, next)).isInstanceOf(AttachError.class);

    assertThat(stored().getSpec()).isEqualTo(others.getSpec());
  }

  @Test
  void anEndpointThatChangedItsHolderIsNeitherTakenOverNorGivenBack() throws AttachError {
    NetworkEndpoint mine = create("one");
    SandboxReference two = new SandboxReference("two", "default", "two", "uid-two", null);
    NetworkEndpoint _ =
        api.resources(NetworkEndpoint.class)
            .withName("blue.10.1.0.1")
            .edit(each -> {
              each.setSpec(NetworkEndpointSpecBuilder.builder(each.getSpec()).sandbox(two).build());
              return each;
            });
    AddressOwner next =
        new AddressOwner(new SandboxReference("next", "default", "one", "uid-one", null));

    assertThatThrownBy(() -> claims.adopt(mine, next)).isInstanceOf(AttachError.class);
    claims.release(mine);

    assertThat(stored().getSpec().sandbox()).isEqualTo(two);
  }

  @Test
  void anEndpointOfTheSameHolderThatHasChangedIsTakenOverAndGivenBack() throws AttachError {
    NetworkEndpoint mine = create("one");
    change();
    AddressOwner next =
        new AddressOwner(new SandboxReference("next", "default", "one", "uid-one", null));

    NetworkEndpoint adopted = claims.adopt(mine, next);
    assertThat(stored().getSpec().sandbox()).isEqualTo(next.reference());
    change();
    claims.release(adopted);

    assertThat(stored()).isNull();
  }

  private void change() {
    NetworkEndpoint _ =
        api.resources(NetworkEndpoint.class)
            .withName("blue.10.1.0.1")
            .edit(each -> {
              each.getMetadata().getLabels().put("changed", "x" + System.nanoTime());
              return each;
            });
  }

  private NetworkEndpoint create(String pod) {
    return api.resource(Given.endpoint(blue, "a", pod, "10.1.0.1/24")).create();
  }

  private NetworkEndpoint stored() {
    return api.resources(NetworkEndpoint.class).withName("blue.10.1.0.1").get();
  }
}
