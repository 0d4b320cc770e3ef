package dev.weft.agent.status;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NodePlan;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Reports the outcome of a pass to the API: HostNetworks, endpoints, drift. */
public final class StatusReports {
  private static final Outcomes.StatusProblem NO_SANDBOX =
      new Outcomes.StatusProblem("its pod has no sandbox", false);

  private final ClusterCaches cluster;
  private final Sandboxes sandboxes;
  private final Sinks sinks;
  private final Clock clock;
  private final Drifts drifts = new Drifts();
  private final Outcomes outcomes = new Outcomes();

  /**
   * Receivers of the reports.
   *
   * @param hostNetworks writes statuses and finalizers of HostNetworks
   * @param endpoints writes statuses of endpoints and releases them
   * @param drift receives repairs, by network; must not call back
   */
  public record Sinks(
      HostNetworkReports hostNetworks, EndpointReports endpoints, Consumer<Repair> drift) {}

  /**
   * A repaired drift.
   *
   * @param hostNetwork of the network
   * @param what repairs, in one line
   * @param count number of repairs
   */
  public record Repair(HostNetwork hostNetwork, String what, int count) {}

  /** Reports on the node of {@code cluster}. */
  public StatusReports(ClusterCaches cluster, Sandboxes sandboxes, Sinks sinks, Clock clock) {
    this.cluster = cluster;
    this.sandboxes = sandboxes;
    this.sinks = sinks;
    this.clock = clock;
  }

  /** Last outcome of each network; any thread may read it. */
  public Outcomes outcomes() {
    return outcomes;
  }

  /**
   * Records the outcome of a pass in {@link #outcomes}.
   *
   * @return names of networks with changed problems
   */
  public Set<String> note(DesiredCache desired, ReconcileOutcome outcome) {
    Set<String> changed = new HashSet<>();
    outcome
        .networks()
        .forEach((name, it) -> {
          if (outcomes.note(name, it, wired(name, desired))) {
            changed.add(name);
          }
        });
    outcomes.retain(desired.names());
    return changed;
  }

  private static Map<String, LocalEndpoint> local(String name, DesiredCache desired) {
    return desired.network(name).map(NetworkSpec::local).orElse(Map.of());
  }

  /** The endpoints of a network that have an address. */
  private static Set<String> wired(String name, DesiredCache desired) {
    return local(name, desired).values().stream()
        .filter(LocalEndpoint::isUp)
        .map(LocalEndpoint::id)
        .collect(Collectors.toSet());
  }

  /**
   * Reports a pass over {@code scope}.
   *
   * @param plans by network, the changes of a revision in plan mode
   */
  public void report(
      PassScope scope,
      DesiredCache desired,
      ReconcileOutcome outcome,
      Map<String, NodePlan> plans) {
    outcome
        .networks()
        .forEach((name, it) -> network(name, desired, it, Optional.ofNullable(plans.get(name))));
    plans.forEach((name, plan) ->
        cluster
            .hostNetwork(name)
            .filter(each -> Mode.isPlan(each.getSpec().mode()))
            .ifPresent(each -> sinks.hostNetworks.reportPlan(each, plan)));
    cluster.endpoints().own().stream()
        .filter(each -> isTouched(each, scope))
        .forEach(each -> endpoint(each, desired));
    cluster.hostNetworks().all().stream()
        .filter(each -> each.getMetadata().getDeletionTimestamp() != null)
        .filter(each -> scope.touches(ClusterCaches.networkOf(each)))
        .forEach(each -> deleted(each, desired, outcome));
  }

  /**
   * Reports that a pass over {@code scope} threw: its networks may not be live.
   *
   * @return names of networks with changed problems
   */
  public Set<String> failed(PassScope scope, DesiredCache desired, RuntimeException why) {
    Set<String> changed = new HashSet<>();
    boolean any = scope instanceof PassScope.Part part && part.isUnspecific();
    for (HostNetwork hostNetwork : cluster.hostNetworks().all()) {
      String name = ClusterCaches.networkOf(hostNetwork);
      if ((any || scope.touches(name))
          && hostNetwork.getMetadata().getDeletionTimestamp() == null) {
        NetworkOutcome outcome =
            new NetworkOutcome(List.of(), List.of(DataPlane.problemOf(why)), List.of());
        if (outcomes.note(name, outcome, wired(name, desired))) {
          changed.add(name);
        }
        network(name, desired, outcome, Optional.empty());
      }
    }
    return changed;
  }

  private void network(
      String name, DesiredCache desired, NetworkOutcome outcome, Optional<NodePlan> plan) {
    drifts.note(name, outcome.repaired(), clock.instant());
    Optional<HostNetwork> hostNetwork = cluster.hostNetwork(name);
    if (hostNetwork.isPresent()) {
      if (!outcome.repaired().isEmpty()) {
        String what = Drifts.text(outcome.repaired());
        sinks.drift.accept(new Repair(hostNetwork.get(), what, outcome.repaired().size()));
      }
      sinks.hostNetworks.report(
          hostNetwork.get(),
          desired.generation(name),
          outcome,
          new HostNetworkStatuses.Reported(
              wired(name, desired).size(), drifts.of(name, clock.instant()), plan));
    }
  }

  private void endpoint(NetworkEndpoint endpoint, DesiredCache desired) {
    String network = endpoint.getSpec().network();
    if (network == null || endpoint.getSpec().sandbox() == null) {
      return;
    }
    Optional<String> id = Sandbox.idOf(endpoint);
    LocalEndpoint target = id.map(local(network, desired)::get).orElse(null);
    if (target == null && EndpointReports.isOrphan(endpoint, cluster.pods(), sandboxes)) {
      sinks.endpoints.release(endpoint, cluster, sandboxes);
    } else if (id.isPresent() && (target == null || target.isUp())) {
      Optional<Outcomes.StatusProblem> problem = outcomes.hitch(network, id.get());
      // the write that binds it raises its generation, so a status before that would be repeated
      if (problem.isPresent() || cluster.endpoints().isBound(endpoint.getMetadata().getName())) {
        sinks.endpoints.report(endpoint, problem);
      }
    } else if (id.isEmpty() && endpoint.getStatus() != null) {
      sinks.endpoints.report(endpoint, Optional.of(NO_SANDBOX));
    }
  }

  /**
   * Releases a deleted HostNetwork unless this pass, begun before the deletion was known, still
   * built it.
   */
  private void deleted(HostNetwork hostNetwork, DesiredCache desired, ReconcileOutcome outcome) {
    String name = ClusterCaches.networkOf(hostNetwork);
    String uid = hostNetwork.getSpec() == null ? null : hostNetwork.getSpec().networkUid();
    boolean target = desired.network(name).filter(each -> each.uid().equals(uid)).isPresent();
    if (uid == null || (!target && outcome.isGone(uid))) {
      drifts.forget(name);
      sinks.hostNetworks.release(hostNetwork);
    }
  }

  private static boolean isTouched(NetworkEndpoint endpoint, PassScope scope) {
    if (endpoint.getSpec() == null || endpoint.getSpec().network() == null) {
      return false;
    }
    String network = endpoint.getSpec().network();
    if (scope.hasWhole(network)) {
      return true;
    }
    Set<String> keys = scope.endpoints(network);
    return keys.contains(endpoint.getMetadata().getName())
        || Sandbox.idOf(endpoint).filter(keys::contains).isPresent();
  }
}
