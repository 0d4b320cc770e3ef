package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.HostNetworks;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that an agent sends for a pod. */
@NullUnmarked
@Tag("api-server")
class PodRequestsOnApiServerTest extends AgentsOnApiServer {
  @Test
  void aPodCostsOneRequestForEachObjectThatChanges() throws Exception {
    // a reservation is tried once, and does not wait long for a network to be built
    api.resource(HostNetworks.of(network(Given.overlay("blue", "10.1.0.0/24")), "a")).create();
    Node node = node("a");
    node.agent.ready().get(20, TimeUnit.SECONDS);
    Pod pod = bound("one", "a", "blue");
    await().until(() -> endpoints().contains("blue.10.1.0.1"));

    node.sandboxOf("one", pod, "blue");
    ready("blue.10.1.0.1");
    await().until(() -> networkStatus("one").contains("blue"));
    api.resource(pod).withGracePeriod(0).delete();
    node.end("one");
    await().until(() -> endpoints().isEmpty());

    assertThat(node.requests())
        .filteredOn(each -> !each.startsWith("GET") || !each.contains("?"))
        .extracting(each -> each.replaceAll("https?://.*/(?=networkendpoints|pods/)|[?].*", ""))
        .filteredOn(each -> each.contains("networkendpoints") || each.contains("pods/"))
        .containsExactlyInAnyOrder(
            "POST networkendpoints",
            "GET pods/one",
            "PATCH pods/one/status",
            "PATCH networkendpoints/blue.10.1.0.1",
            "PATCH networkendpoints/blue.10.1.0.1/status",
            "GET networkendpoints/blue.10.1.0.1",
            "GET pods/one",
            "DELETE networkendpoints/blue.10.1.0.1");
  }
}
