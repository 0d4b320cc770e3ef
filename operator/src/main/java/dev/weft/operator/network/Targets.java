package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.Mode;
import dev.weft.api.Rollout;
import dev.weft.api.RolloutProgress;
import dev.weft.operator.node.NodeFacts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Next HostNetworks of a network's nodes, and their progress. */
record Targets(NetworkProgress progress, HostNetworkChanges hostNetworks) {

  /**
   * Computes the next step.
   *
   * @param network network with its allocated values
   */
  static Targets of(ObservedNetwork observed, ContainerNetwork network) {
    Map<String, HostNetwork> actual = new HashMap<>();
    observed.hostNetworks().forEach(each -> actual.putIfAbsent(ObservedNetwork.nodeOf(each), each));
    Map<String, HostNetwork> wanted = new TreeMap<>();
    observed
        .desiredNodes()
        .forEach(node -> wanted.put(node.name(), HostNetworks.of(network, node.name())));
    return Mode.isPlan(observed.spec().mode())
        ? plan(observed, wanted, actual)
        : apply(observed, wanted, actual);
  }

  /** Targets of a dry run: nodes with an earlier revision keep it; others build nothing yet. */
  private static Targets plan(
      ObservedNetwork observed, Map<String, HostNetwork> wanted, Map<String, HostNetwork> actual) {
    @Nullable Long revision = observed.network().getMetadata().getGeneration();
    List<NodeReport> reports =
        observed.desiredNodes().stream()
            .map(node -> NodeReport.ofPlan(node, actual.get(node.name()), revision))
            .toList();
    wanted.replaceAll((node, planned) -> {
      HostNetwork present = actual.get(node);
      return present == null || Mode.isPlan(present.getSpec().mode()) ? planned : present;
    });
    HostNetworkChanges all = HostNetworkChanges.of(observed, wanted);
    List<HostNetwork> gone =
        all.delete().stream()
            .filter(each -> observed.node(ObservedNetwork.nodeOf(each)).isGone())
            .toList();
    return new Targets(
        new NetworkProgress(reports, null, rollout(observed, null)),
        new HostNetworkChanges(all.apply(), gone, all.forget()));
  }

  private static Targets apply(
      ObservedNetwork observed, Map<String, HostNetwork> wanted, Map<String, HostNetwork> actual) {
    List<NodeFacts> nodes = observed.desiredNodes();
    RolloutWaves waves =
        RolloutWaves.of(
            nodes.stream()
                .map(node ->
                    new RolloutWaves.Place(
                        node.name(),
                        NodeReport.standing(
                            node, actual.get(node.name()), target(wanted, node.name()))))
                .toList(),
            Rollout.resolve(Rollout.effective(observed.spec().rollout()), nodes.size()));
    List<NodeReport> reports =
        nodes.stream()
            .map(node -> {
              NodeReport report =
                  NodeReport.of(node, actual.get(node.name()), target(wanted, node.name()));
              return waves.later().contains(node.name()) ? report.later() : report;
            })
            .toList();
    waves.later().forEach(node -> wanted.replace(node, Objects.requireNonNull(actual.get(node))));
    return new Targets(
        new NetworkProgress(reports, waves, rollout(observed, waves)),
        HostNetworkChanges.of(observed, wanted));
  }

  private static RolloutProgress rollout(ObservedNetwork observed, @Nullable RolloutWaves waves) {
    int nodes = observed.desiredNodes().size();
    String setting = Rollout.effective(observed.spec().rollout());
    return new RolloutProgress(
        setting,
        Rollout.resolve(setting, nodes),
        waves == null ? null : Integer.valueOf(nodes - waves.later().size()));
  }

  private static HostNetwork target(Map<String, HostNetwork> wanted, String node) {
    return Objects.requireNonNull(wanted.get(node));
  }
}
