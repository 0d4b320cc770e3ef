package dev.weft.agent;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.ObjectEvents;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.status.StatusReports;
import dev.weft.api.HostNetwork;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports repaired drift: a log line, a metric and an Event on the HostNetwork.
 *
 * @param expiry is called with the network; its condition names the drift for a while
 */
record DriftReports(
    String node, AgentMetrics metrics, ObjectEvents events, Consumer<String> expiry) {
  private static final Logger LOG = LoggerFactory.getLogger(DriftReports.class);

  void repaired(StatusReports.Repair repair) {
    HostNetwork hostNetwork = repair.hostNetwork();
    String network = ClusterCaches.networkOf(hostNetwork);
    metrics.driftRepaired(repair.count());
    LOG.atWarn()
        .addKeyValue("network", network)
        .addKeyValue("node", node)
        .log("drift repaired: {}", repair.what());
    events.normal(
        new ObjectReferenceBuilder()
            .withApiVersion(hostNetwork.getApiVersion())
            .withKind(hostNetwork.getKind())
            .withName(hostNetwork.getMetadata().getName())
            .withUid(hostNetwork.getMetadata().getUid())
            .build(),
        Reason.DRIFT_REPAIRED,
        repair.what());
    expiry.accept(network);
  }
}
