package dev.weft.e2e.lab;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of the cluster from the API, as a user does.
 *
 * @param client connection to the API server
 */
public record Cluster(KubernetesClient client) {
  /** A network, if it exists. */
  public Optional<ContainerNetwork> network(String name) {
    return Optional.ofNullable(client.resources(ContainerNetwork.class).withName(name).get());
  }

  /** Whether this revision of a network is live on all its nodes. */
  public static boolean isReady(ContainerNetwork network) {
    ContainerNetworkStatus status = network.getStatus();
    return status != null
        && Objects.equals(status.observedGeneration(), network.getMetadata().getGeneration())
        && Conditions.isTrue(status.conditions(), Conditions.READY);
  }

  /** Whether a network exists and is Ready. */
  public boolean isReady(String network) {
    return network(network).map(Cluster::isReady).orElse(false);
  }

  /** A network's condition of this type, if it has one. */
  public Optional<Condition> condition(String network, String type) {
    return network(network)
        .map(ContainerNetwork::getStatus)
        .flatMap(status -> Conditions.find(status.conditions(), type));
  }

  /** Whether a node's agent has reported its VTEP. */
  public boolean isNodeReady(String node) {
    MeshNode found = client.resources(MeshNode.class).withName(node).get();
    return found != null
        && found.getStatus() != null
        && Conditions.isTrue(found.getStatus().conditions(), Conditions.READY);
  }

  /**
   * Time until a node's agent had reported its VTEP, in whole seconds, the resolution of the API's
   * times.
   */
  public Optional<Duration> readyAfter(String node, Instant started) {
    return Optional.ofNullable(client.resources(MeshNode.class).withName(node).get())
        .map(MeshNode::getStatus)
        .flatMap(status -> Conditions.find(status.conditions(), Conditions.READY))
        .map(ready -> Duration.between(started, Instant.parse(ready.getLastTransitionTime())));
  }

  /** Whether a Pod of namespace {@code default} runs. */
  public boolean isRunning(String pod) {
    return isRunning(client.pods().inNamespace("default").withName(pod).get());
  }

  /** Whether a Pod runs. */
  public static boolean isRunning(@Nullable Pod pod) {
    return pod != null && pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
  }

  /** The endpoints of a network, by address. */
  public List<NetworkEndpoint> endpoints(String network) {
    return client.resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(endpoint -> network.equals(endpoint.getSpec().network()))
        .toList();
  }

  /** Status of a network, for error messages. */
  public String describe(String network) {
    return network(network)
        .map(ContainerNetwork::getStatus)
        .map(ContainerNetworkStatus::conditions)
        .map(conditions ->
            conditions.stream()
                .map(each ->
                    "%s=%s %s: %s"
                        .formatted(
                            each.getType(), each.getStatus(), each.getReason(), each.getMessage()))
                .toList()
                .toString())
        .orElse("no status");
  }
}
