package dev.weft.agent.status;

import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.BoundPods;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointStatus;
import dev.weft.api.Reason;
import dev.weft.api.SandboxReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes statuses of this node's endpoints when they change, and releases orphaned ones. */
public final class EndpointReports {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointReports.class);

  private final KubernetesClient client;
  private final ApiWrites writes;
  private final Clock clock;
  private final Later later;
  private final Map<String, Instant> ended = new ConcurrentHashMap<>();
  private final LastReported<NetworkEndpointStatus> last = new LastReported<>();

  /** Writes to the API through {@code client}. */
  public EndpointReports(KubernetesClient client, ApiWrites writes, Clock clock, Later later) {
    this.client = client;
    this.writes = writes;
    this.clock = clock;
    this.later = later;
  }

  /** Schedules another check of an endpoint. */
  @FunctionalInterface
  public interface Later {
    /** Checks the endpoint again after {@code left}. */
    void look(NetworkEndpoint endpoint, Duration left);
  }

  /**
   * Reports whether an endpoint is wired.
   *
   * @param hitch why it is not wired; empty if it is
   */
  public void report(NetworkEndpoint endpoint, Optional<Outcomes.StatusProblem> hitch) {
    Long generation = endpoint.getMetadata().getGeneration();
    String uid = endpoint.getMetadata().getUid();
    NetworkEndpointStatus shown = endpoint.getStatus();
    NetworkEndpointStatus latest = last.latest(uid, shown);
    ConditionsDraft before =
        ConditionsDraft.from(latest == null ? null : latest.conditions(), generation, clock)
            .without(Conditions.RECONCILING)
            .without(Conditions.STALLED);
    ConditionsDraft conditions =
        hitch
            .map(it -> notWired(before, it))
            .orElseGet(() ->
                before.with(
                    Conditions.READY,
                    Conditions.TRUE,
                    Reason.WIRED,
                    "the sandbox is on the network"));
    NetworkEndpointStatus status = new NetworkEndpointStatus(generation, conditions.list());
    String name = endpoint.getMetadata().getName();
    if (last.note(uid, shown, status)) {
      writes.submit("status " + name, () -> write(endpoint, status));
    }
  }

  private static ConditionsDraft notWired(
      ConditionsDraft conditions, Outcomes.StatusProblem hitch) {
    return conditions
        .with(Conditions.READY, Conditions.FALSE, Reason.NOT_WIRED, hitch.why())
        .with(
            hitch.needsUser() ? Conditions.STALLED : Conditions.RECONCILING,
            Conditions.TRUE,
            hitch.needsUser() ? Reason.NEEDS_CHANGE : Reason.RETRYING,
            hitch.why());
  }

  /** Whether an endpoint shows the status reported last; if not, it must be reported again. */
  public boolean confirm(NetworkEndpoint endpoint) {
    return last.confirm(endpoint.getMetadata().getUid(), endpoint.getStatus());
  }

  /** Forgets an endpoint that is gone. */
  public void forget(NetworkEndpoint endpoint) {
    ended.remove(endpoint.getMetadata().getName());
    last.forget(endpoint.getMetadata().getUid());
  }

  /** Whether an endpoint has neither a sandbox nor a pod that may still get one. */
  public static boolean isOrphan(NetworkEndpoint endpoint, BoundPods pods, Sandboxes sandboxes) {
    SandboxReference reference = endpoint.getSpec() == null ? null : endpoint.getSpec().sandbox();
    String owner = AddressOwner.ownerOf(endpoint);
    return sandboxes.isSynced()
        && reference != null
        && owner != null
        && !(reference.id() == null ? pods.mayStart(reference) : sandboxes.mayRun(reference.id()))
        && !sandboxes.mayRun(owner);
  }

  /** Deletes an endpoint without an owner, which frees its address. */
  public void release(NetworkEndpoint endpoint, ClusterCaches cluster, Sandboxes sandboxes) {
    String name = endpoint.getMetadata().getName();
    String key = "release " + name;
    writes.withdraw("status " + name);
    if (!writes.isPending(key)) {
      writes.submit(key, () -> delete(endpoint, cluster, sandboxes));
    }
  }

  /** The lock on the version protects an endpoint that has got another owner since. */
  private void delete(NetworkEndpoint endpoint, ClusterCaches cluster, Sandboxes sandboxes) {
    String name = endpoint.getMetadata().getName();
    NetworkEndpoint current = client.resources(NetworkEndpoint.class).withName(name).get();
    if (current == null) {
      cluster.endpoints().remove(endpoint);
    }
    if (current == null || !isOrphan(current, cluster.pods(), sandboxes)) {
      ended.remove(name);
      return;
    }
    Duration left = left(current);
    if (left.isPositive()) {
      later.look(current, left);
      return;
    }
    ended.remove(name);
    client
        .resource(current)
        .lockResourceVersion(current.getMetadata().getResourceVersion())
        .delete();
    cluster.endpoints().remove(current);
    LOG.atInfo()
        .addKeyValue("network", EndpointCaches.networkOf(current))
        .addKeyValue("endpoint", name)
        .log("address given back");
  }

  /** Remaining time for which a pod keeps the endpoint of its ended sandbox. */
  private Duration left(NetworkEndpoint endpoint) {
    SandboxReference sandbox = endpoint.getSpec().sandbox();
    if (sandbox == null || sandbox.podUid() == null || sandbox.pod() == null) {
      return Duration.ZERO;
    }
    Instant now = clock.instant();
    Instant since = ended.computeIfAbsent(endpoint.getMetadata().getName(), _ -> now);
    Pod pod = client.pods().inNamespace(sandbox.namespace()).withName(sandbox.pod()).get();
    return AddressRetention.left(pod, sandbox.podUid(), since, now);
  }

  /** Contains the UID: another endpoint may have this name by now. */
  private void write(NetworkEndpoint endpoint, NetworkEndpointStatus status) {
    String name = endpoint.getMetadata().getName();
    NetworkEndpoint patch = new NetworkEndpoint();
    patch.setMetadata(
        new ObjectMetaBuilder().withName(name).withUid(endpoint.getMetadata().getUid()).build());
    patch.setStatus(status);
    ServerSideApply.toSame(() -> {
      NetworkEndpoint _ =
          client
              .resources(NetworkEndpoint.class)
              .withName(name)
              .subresource("status")
              .patch(ServerSideApply.forced(), patch);
    });
  }
}
