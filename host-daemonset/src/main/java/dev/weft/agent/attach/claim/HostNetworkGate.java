package dev.weft.agent.attach.claim;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.Mode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requires a network's HostNetwork before a sandbox attaches to it. The agent itself creates a
 * missing HostNetwork of an overlay: its content follows from the ContainerNetwork, so an absent
 * operator causes no delay.
 */
public final class HostNetworkGate {
  private static final Logger LOG = LoggerFactory.getLogger(HostNetworkGate.class);

  private final KubernetesClient client;
  private final ClusterCaches cluster;

  /** Checks HostNetworks on the node of {@code cluster}. */
  public HostNetworkGate(KubernetesClient client, ClusterCaches cluster) {
    this.client = client;
    this.cluster = cluster;
  }

  /**
   * Fails if the network is not to be built on this node. It first waits for the removal of a
   * HostNetwork that is being deleted: a refused pod would be retried only seconds later.
   */
  void ensure(ContainerNetwork network, Driver driver, Deadline deadline) throws AttachError {
    String name = network.getMetadata().getName();
    awaitRemoval(name, deadline);
    if (cluster.hostNetwork(name).isEmpty()) {
      if (driver != Driver.OVERLAY) {
        throw AttachError.until(
            ("network %s is not built on node %s: either its nodeSelector excludes the node, or the"
                    + " operator has not reached it yet")
                .formatted(name, cluster.node()));
      }
      requireSelected(network);
      write(network);
    }
    if (cluster.hostNetwork(name).filter(each -> Mode.isPlan(each.getSpec().mode())).isPresent()) {
      throw AttachError.until(
          "network %s is only planned on node %s; set its spec.mode to Apply"
              .formatted(name, cluster.node()));
    }
  }

  private void awaitRemoval(String network, Deadline deadline) throws AttachError {
    try {
      boolean settled =
          cluster
              .hostNetworks()
              .await(
                  () ->
                      cluster
                          .hostNetwork(network)
                          .filter(HasMetadata::isMarkedForDeletion)
                          .isEmpty(),
                  deadline.left());
      if (!settled) {
        throw AttachError.until(
            "network %s is being removed from node %s; wait until it is gone"
                .formatted(network, cluster.node()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AttachError.passing("the agent ends");
    }
  }

  private void write(ContainerNetwork network) throws AttachError {
    try {
      HostNetwork hostNetwork = HostNetworks.of(network, cluster.node());
      cluster.hostNetworks().put(client.resource(hostNetwork).create());
      LOG.atInfo()
          .addKeyValue("network", network.getMetadata().getName())
          .addKeyValue("node", cluster.node())
          .log("HostNetwork created, as a sandbox needs it");
    } catch (IllegalArgumentException e) {
      throw AttachError.until(
          "network %s cannot be built yet: %s"
              .formatted(network.getMetadata().getName(), e.getMessage()));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw AddressLock.unreachable(e);
      }
      LOG.atDebug().log("the operator created the HostNetwork first");
    }
  }

  private void requireSelected(ContainerNetwork network) throws AttachError {
    Map<String, String> selector =
        network.getSpec() == null ? null : network.getSpec().nodeSelector();
    if (selector == null || selector.isEmpty()) {
      return;
    }
    Map<String, String> labels = labels();
    if (!labels.entrySet().containsAll(selector.entrySet())) {
      throw AttachError.until(
          "network %s is for nodes with labels %s, node %s has %s"
              .formatted(network.getMetadata().getName(), selector, cluster.node(), labels));
    }
  }

  private Map<String, String> labels() throws AttachError {
    try {
      return Optional.ofNullable(client.nodes().withName(cluster.node()).get())
          .map(Node::getMetadata)
          .flatMap(each -> Optional.ofNullable(each.getLabels()))
          .orElse(Map.of());
    } catch (KubernetesClientException e) {
      throw AddressLock.unreachable(e);
    }
  }
}
