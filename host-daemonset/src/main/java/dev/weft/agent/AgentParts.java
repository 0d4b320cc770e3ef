package dev.weft.agent;

import dev.weft.agent.attach.AttachReports;
import dev.weft.agent.attach.Attacher;
import dev.weft.agent.attach.NetworkStatuses;
import dev.weft.agent.attach.Reservations;
import dev.weft.agent.attach.claim.AddressLock;
import dev.weft.agent.attach.claim.AttachError;
import dev.weft.agent.attach.claim.EndpointClaimer;
import dev.weft.agent.attach.claim.HostNetworkGate;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.ObjectEvents;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.node.Heartbeat;
import dev.weft.agent.node.NodePublisher;
import dev.weft.agent.node.NodeUnderlay;
import dev.weft.agent.node.OwnNode;
import dev.weft.agent.pass.NodePass;
import dev.weft.agent.reach.PeerProbe;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.services.Balancer;
import dev.weft.agent.status.Drifts;
import dev.weft.agent.status.EndpointReports;
import dev.weft.agent.status.HostNetworkReports;
import dev.weft.agent.status.StatusReports;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/**
 * The parts of an agent, each built from those before it.
 *
 * @param loop passes over the node's kernel
 * @param balancing passes over the packet filters of sandboxes
 */
record AgentParts(
    Timer timer,
    ApiWrites writes,
    Loop loop,
    Loop balancing,
    ClusterCaches cluster,
    OwnNode self,
    Heartbeat heartbeat,
    PeerProbe peers,
    EndpointRequests requests,
    Balancer balancer,
    Attacher attacher,
    NodePass pass,
    ClusterWatch watch)
    implements AutoCloseable {

  /** Builds all parts; starts none. */
  static AgentParts of(
      String node, KubernetesClient client, Agent.Machine machine, AgentMetrics metrics) {
    Clock clock = Clock.systemUTC();
    Timer timer = new Timer();
    ApiWrites writes = new ApiWrites(timer);
    Loop loop = new Loop("loop", timer);
    Loop balancing = new Loop("balancing", timer);
    ClusterCaches cluster =
        new ClusterCaches(client, node, machine.record(), machine.sandboxes()::of);
    OwnNode self = new OwnNode(client, node, machine.record());
    PeerProbe peers = new PeerProbe(cluster);
    gauges(metrics, cluster, peers);
    ObjectEvents events = new ObjectEvents(client, node, writes, clock);
    EndpointRequests requests = new EndpointRequests(cluster.endpoints(), loop);
    HostNetworkReports hostNetworks = new HostNetworkReports(client, writes, clock);
    EndpointReports endpoints =
        new EndpointReports(
            client,
            writes,
            clock,
            (endpoint, left) -> timer.after(left, () -> requests.review(endpoint)));
    DriftReports drifts =
        new DriftReports(
            node,
            metrics,
            events,
            network ->
                timer.after(
                    Drifts.MEMORY.plusSeconds(1), () -> loop.ask(PassScope.network(network))));
    StatusReports statuses =
        new StatusReports(
            cluster,
            machine.sandboxes(),
            new StatusReports.Sinks(hostNetworks, endpoints, drifts::repaired),
            clock);
    Balancer balancer =
        new Balancer(cluster, machine.sandboxes(), machine.kernel().balancingTables());
    EndpointClaimer claimer =
        new EndpointClaimer(
            cluster,
            new AddressLock(client, cluster.endpoints(), writes, requests::make),
            new HostNetworkGate(client, cluster),
            machine.probe());
    Reservations reservations = new Reservations(cluster.pods(), claimer, requests::reviewReserved);
    Attacher attacher =
        new Attacher(
            claimer,
            reservations,
            machine.probe(),
            (network, endpoint) ->
                loop.request(PassScope.endpoint(network, endpoint))
                    .thenApply(_ ->
                        statuses
                            .outcomes()
                            .hitch(network, endpoint)
                            .map(it -> AttachError.on(network, it.why(), !it.needsUser())))
                    .thenCombine(
                        balancer.wire(balancing, network, endpoint),
                        (one, other) ->
                            one.or(() -> other.map(why -> AttachError.on(network, why, false)))),
            new AttachReports(
                machine.sandboxes(),
                events,
                new NetworkStatuses(client, cluster, writes, machine.probe()),
                node),
            timer,
            clock);
    NodePass pass =
        new NodePass(
            new DesiredCache(cluster, machine.sandboxes(), machine.features()),
            new NodeUnderlay(cluster, self, client.getMasterUrl(), machine.kernel()::underlay),
            machine.kernel(),
            new PassReports(
                new NodePublisher(
                    client,
                    cluster,
                    writes,
                    machine.features(),
                    self,
                    () -> loop.ask(PassScope.UNDERLAY)),
                statuses,
                attacher));
    ClusterWatch watch =
        new ClusterWatch(
            cluster,
            new ClusterWatch.Loops(loop, balancing),
            new ClusterWatch.Attaching(attacher, reservations),
            new ClusterWatch.OwnStatuses(hostNetworks, endpoints));
    return new AgentParts(
        timer,
        writes,
        loop,
        balancing,
        cluster,
        self,
        new Heartbeat(client, node, clock),
        peers,
        requests,
        balancer,
        attacher,
        pass,
        watch);
  }

  private static void gauges(AgentMetrics metrics, ClusterCaches cluster, PeerProbe peers) {
    metrics.gauge("mesh.peers", "Nodes that tunnels lead to", () -> peers.reach().peers());
    metrics.gauge(
        "mesh.peers.reachable", "Those that answer an echo", () -> peers.reach().reached());
    metrics.gauge(
        "mesh.peers.narrow",
        "Those that answer small packets but not full-sized ones",
        () -> peers.reach().narrow().size());
    metrics.gauge(
        "objects.refused",
        "Objects that contradict their own name and are ignored",
        cluster::refused);
  }

  @Override
  public void close() {
    loop.close();
    balancing.close();
    cluster.close();
    writes.close();
    timer.close();
  }
}
