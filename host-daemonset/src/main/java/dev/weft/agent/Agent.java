package dev.weft.agent;

import dev.weft.agent.attach.AttachReports;
import dev.weft.agent.attach.Attacher;
import dev.weft.agent.attach.NetworkStatuses;
import dev.weft.agent.attach.Reservations;
import dev.weft.agent.attach.claim.AddressLock;
import dev.weft.agent.attach.claim.EndpointClaimer;
import dev.weft.agent.attach.claim.HostNetworkGate;
import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.cluster.ObjectEvents;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.node.Heartbeat;
import dev.weft.agent.node.NodePublisher;
import dev.weft.agent.node.NodeUnderlay;
import dev.weft.agent.pass.NodeKernel;
import dev.weft.agent.pass.NodePass;
import dev.weft.agent.reach.PeerProbe;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.agent.services.Balancer;
import dev.weft.agent.status.Drifts;
import dev.weft.agent.status.EndpointReports;
import dev.weft.agent.status.HostNetworkReports;
import dev.weft.agent.status.StatusReports;
import dev.weft.api.Kernel;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NodePlan;
import dev.weft.api.Reason;
import dev.weft.mesh.keys.KeyReport;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node: its parts, put together.
 *
 * <p>It touches the kernel only once everything is known, the cluster and the sandboxes: whoever
 * knows a part would take the rest for deleted. From then on it works from what it knows, whether
 * or not the API server can be reached. To close it leaves the node's networks as they are.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final String node;
  private final KubernetesClient client;
  private final Machine machine;
  private final AgentMetrics metrics;
  private final Clock clock = Clock.systemUTC();
  private final Timer timer = new Timer();
  private final ApiWrites writes = new ApiWrites(timer);
  private final Loop loop = new Loop("loop", timer);
  private final Loop balancing = new Loop("balancing", timer);
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final ClusterCaches cluster;
  private final ObjectEvents events;
  private final HostNetworkReports hostNetworks;
  private final EndpointReports endpoints;
  private final StatusReports reports;
  private final Reservations reservations;
  private final Attacher attacher;
  private final PeerProbe peers;
  private final Balancer balancer;
  private final Heartbeat heartbeat;

  /**
   * What an agent needs of its machine.
   *
   * @param kernel the data plane
   * @param probe looks into sandboxes
   * @param sandboxes where sandboxes come from
   * @param features what the kernel can do
   */
  public record Machine(NodeKernel kernel, Probe probe, Sandboxes sandboxes, Kernel features) {}

  /** An agent that does nothing before {@link #start}. */
  public Agent(String node, KubernetesClient client, Machine machine, AgentMetrics metrics) {
    this.node = node;
    this.client = client;
    this.machine = machine;
    this.metrics = metrics;
    cluster = new ClusterCaches(client, node, machine.sandboxes::of, new ClusterWatch(this));
    peers = new PeerProbe(cluster);
    heartbeat = new Heartbeat(client, node, clock);
    metrics.gauge("mesh.peers", "Nodes that tunnels lead to", () -> peers.reach().peers());
    metrics.gauge(
        "mesh.peers.reachable", "Those that answer an echo", () -> peers.reach().reached());
    metrics.gauge(
        "mesh.peers.narrow",
        "Those that answer small packets and not full ones",
        () -> peers.reach().narrow().size());
    metrics.gauge(
        "objects.refused",
        "Objects that contradict their own name and count as none",
        cluster::refused);
    events = new ObjectEvents(client, node, writes, clock);
    hostNetworks = new HostNetworkReports(client, writes, clock);
    endpoints =
        new EndpointReports(
            client,
            writes,
            clock,
            (endpoint, left) ->
                timer.after(
                    left,
                    () ->
                        loop.ask(
                            PassScope.endpoint(
                                EndpointCaches.networkOf(endpoint),
                                endpoint.getMetadata().getName()))));
    reports =
        new StatusReports(
            cluster,
            machine.sandboxes,
            new StatusReports.Sinks(
                hostNetworks, endpoints, this::repaired, network -> attacher().changed(network)),
            clock);
    balancer = new Balancer(cluster, machine.sandboxes, machine.kernel::filter);
    EndpointClaimer claimant =
        new EndpointClaimer(
            cluster,
            new AddressLock(client, cluster.endpoints(), writes, this::build),
            new HostNetworkGate(client, cluster),
            machine.probe);
    reservations = new Reservations(cluster.pods(), claimant, this::letGo);
    attacher =
        new Attacher(
            claimant,
            reservations,
            machine.probe,
            (network, endpoint) ->
                loop.request(PassScope.endpoint(network, endpoint))
                    .thenApply(_ -> reports.outcomes().problem(network, endpoint))
                    .thenCombine(
                        balancer.wire(balancing, network, endpoint),
                        (one, other) -> one.or(() -> other)),
            new AttachReports(
                machine.sandboxes,
                events,
                new NetworkStatuses(client, cluster, writes, machine.probe),
                node),
            timer);
  }

  /** Begins to follow the cluster and the sandboxes, and to work. */
  public void start() {
    heartbeat.start(timer);
    attacher.onSynced(this::begin);
    CompletableFuture<Void> _ =
        cluster
            .start()
            .thenRun(() -> {
              LOG.atInfo().addKeyValue("node", node).log("the cluster is known");
              machine.sandboxes.start(new TimedWirer(attacher, metrics));
            })
            .exceptionally(e -> {
              Supervised.broken("start", e);
              return null;
            });
  }

  /** Completes when the node is, for the first time, as the cluster wants it. */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /**
   * Why the node is not as the cluster wants it, as far as this agent knows; empty: it is. What one
   * network lacks is that network's condition and not here.
   */
  public List<String> unready() {
    List<String> reasons = new ArrayList<>();
    List<String> unknown = cluster.troubles();
    if (!unknown.isEmpty()) {
      reasons.add("by the API server at %s:".formatted(client.getMasterUrl()));
      reasons.addAll(unknown);
    }
    heartbeat.trouble().ifPresent(reasons::add);
    if (cluster.isSynced()) {
      machine.sandboxes.trouble().ifPresent(reasons::add);
    }
    loop.trouble().ifPresent(reasons::add);
    balancing.trouble().ifPresent(reasons::add);
    if (reasons.isEmpty() && !ready.isDone()) {
      reasons.add("the first pass is not done");
    }
    return reasons;
  }

  /** What keeps this agent from its work until it is started again; empty: nothing. */
  public List<String> sick() {
    return Stream.of(
            Supervised.problems().stream(), loop.hang().stream(), balancing.hang().stream())
        .flatMap(each -> each)
        .toList();
  }

  /** The kernel is not as it was left. */
  public void drifted(DriftEvent event) {
    LOG.atInfo().addKeyValue("node", node).log("the kernel changed: {}", event.what());
    loop.ask(event.scope());
  }

  @Override
  public void close() {
    machine.sandboxes.close();
    loop.close();
    balancing.close();
    cluster.close();
    writes.close();
    timer.close();
  }

  ClusterCaches cluster() {
    return cluster;
  }

  Loop loop() {
    return loop;
  }

  Loop balancing() {
    return balancing;
  }

  Attacher attacher() {
    return attacher;
  }

  Reservations reservations() {
    return reservations;
  }

  HostNetworkReports hostNetworks() {
    return hostNetworks;
  }

  EndpointReports endpoints() {
    return endpoints;
  }

  private void begin() {
    if (!begun.compareAndSet(false, true)) {
      loop.ask(PassScope.EVERYTHING);
      balancing.ask(PassScope.EVERYTHING);
      return;
    }
    DesiredCache desired = new DesiredCache(cluster, machine.sandboxes, machine.features);
    NodePublisher publisher = new NodePublisher(client, cluster, writes, machine.features);
    NodeUnderlay underlay =
        new NodeUnderlay(cluster, client.getMasterUrl(), machine.kernel::underlay);
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(loop.worked(), balancing.worked())
            .thenRun(() -> {
              metrics.ready();
              ready.complete(null);
              LOG.atInfo().addKeyValue("node", node).log("ready");
              peers.start(timer);
            });
    loop.ask(PassScope.EVERYTHING);
    balancing.ask(PassScope.EVERYTHING);
    balancing.start(balancer);
    NodePass pass =
        new NodePass(
            desired,
            underlay,
            machine.kernel,
            new NodePass.Reports() {
              @Override
              public void node(NodeUnderlay found, Optional<KeyReport> keys) {
                publisher.publish(found.current(), keys);
              }

              @Override
              public void outcome(DesiredCache wished, ReconcileOutcome outcome) {
                reports.note(wished, outcome);
              }

              @Override
              public void ended(
                  PassScope scope,
                  DesiredCache wished,
                  ReconcileOutcome outcome,
                  Map<String, NodePlan> plans) {
                reports.tell(scope, wished, outcome, plans);
              }

              @Override
              public void failed(PassScope scope, DesiredCache wished, RuntimeException why) {
                reports.failed(scope, wished, why);
              }
            });
    loop.start(
        new Loop.Work() {
          @Override
          public Set<PassScope> run(PassScope scope, Runnable done) {
            return metrics.pass(() -> pass.run(scope, done));
          }

          @Override
          public void failed(PassScope scope, RuntimeException why) {
            pass.failed(scope, why);
          }
        });
    CompletionStage<Void> _ =
        cluster.pods().start().thenRun(() -> cluster.endpoints().reserved().forEach(this::look));
  }

  /** Looks at what was claimed for a pod: it may be nobody's. */
  void letGo(String pod) {
    cluster.endpoints().reserved(pod).forEach(this::look);
  }

  private void look(NetworkEndpoint unnamed) {
    loop.ask(
        PassScope.endpoint(EndpointCaches.networkOf(unnamed), unnamed.getMetadata().getName()));
  }

  private void build(NetworkEndpoint endpoint) {
    Sandbox.idOf(endpoint)
        .ifPresent(id -> loop.ask(PassScope.endpoint(EndpointCaches.networkOf(endpoint), id)));
  }

  private void repaired(StatusReports.Repair repair) {
    String network = ClusterCaches.networkOf(repair.instruction());
    metrics.driftRepaired(repair.count());
    LOG.atWarn()
        .addKeyValue("network", network)
        .addKeyValue("node", node)
        .log("drift repaired: {}", repair.what());
    events.normal(
        new ObjectReferenceBuilder()
            .withApiVersion(repair.instruction().getApiVersion())
            .withKind(repair.instruction().getKind())
            .withName(repair.instruction().getMetadata().getName())
            .withUid(repair.instruction().getMetadata().getUid())
            .build(),
        Reason.DRIFT_REPAIRED,
        repair.what());
    timer.after(Drifts.MEMORY.plusSeconds(1), () -> loop.ask(PassScope.network(network)));
  }
}
