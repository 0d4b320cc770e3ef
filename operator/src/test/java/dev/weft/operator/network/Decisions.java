package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;

import dev.weft.api.Cidr;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatusBuilder;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NodePlan;
import dev.weft.api.Ports;
import dev.weft.api.Reason;
import dev.weft.operator.allocation.AllocationCache;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Facts about a network, and the decision on them. */
abstract class Decisions {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  final AllocationCache ledger = new AllocationCache();
  ContainerNetwork network = stored(network("web", "bridge"), "uid-web", NOW.toString());
  final List<NodeFacts> nodes = new ArrayList<>();
  final List<HostNetwork> hostNetworks = new ArrayList<>();
  final List<NetworkEndpoint> endpoints = new ArrayList<>();
  final Set<String> podNodes = new java.util.HashSet<>();
  List<Cidr> services = List.of();

  @Nullable Mesh mesh;

  @Nullable Integer heldPort;

  Instant now = NOW;

  Decision decide() {
    ObservedNetwork observed =
        new ObservedNetwork(
            network, mesh, nodes, hostNetworks, endpoints, podNodes, services, heldPort);
    return Decision.of(
        observed,
        (each, pools) -> ledger.allocate(each, () -> List.of(network), pools),
        Clock.fixed(now, ZoneOffset.UTC));
  }

  /** The objects on the API server after the decision. */
  void carryOut(Decision decision) {
    network.setStatus(decision.status());
    for (HostNetwork wanted : decision.hostNetworks().apply()) {
      wanted.getMetadata().setGeneration(1L);
      hostNetworks.removeIf(
          each -> each.getMetadata().getName().equals(wanted.getMetadata().getName()));
      hostNetworks.add(wanted);
    }
  }

  void change(Consumer<ContainerNetwork> change) {
    ContainerNetwork changed = new ContainerNetwork();
    changed.setMetadata(
        new ObjectMetaBuilder(network.getMetadata())
            .withGeneration(network.getMetadata().getGeneration() + 1)
            .build());
    changed.setStatus(network.getStatus());
    change.accept(changed);
    network = changed;
  }

  void change(String node, UnaryOperator<MeshNodeSpecBuilder> change) {
    MeshNode meshNode =
        nodes.stream()
            .filter(each -> each.name().equals(node))
            .map(NodeFacts::meshNode)
            .findFirst()
            .orElseThrow();
    meshNode.setSpec(change.apply(MeshNodeSpecBuilder.builder(meshNode.getSpec())).build());
  }

  static Condition condition(Decision decision, String type) {
    return Conditions.find(decision.status().conditions(), type).orElseThrow();
  }

  void alive(String... names) {
    for (String name : names) {
      nodes.add(new NodeFacts(name, null, meshNode(name), NodeAgent.ALIVE));
    }
  }

  void report(String node, String type, String status) {
    hostNetworks.stream()
        .filter(each -> ObservedNetwork.nodeOf(each).equals(node))
        .forEach(each ->
            each.setStatus(
                HostNetworkStatusBuilder.builder()
                    .observedGeneration(1L)
                    .conditions(
                        List.of(
                            Conditions.of(
                                type,
                                status,
                                Reason.NEEDS_CHANGE,
                                "said by the agent",
                                1L,
                                Clock.systemUTC())))
                    .build()));
  }

  /** A node that carries the network with less than its spec requests. */
  void degrade(String node, Reason why) {
    live(node);
    hostNetworks.stream()
        .filter(each -> ObservedNetwork.nodeOf(each).equals(node))
        .forEach(each -> {
          List<Condition> conditions = new ArrayList<>(each.getStatus().conditions());
          conditions.add(
              Conditions.of(
                  Conditions.DEGRADED,
                  Conditions.TRUE,
                  why,
                  "said by the agent",
                  1L,
                  Clock.systemUTC()));
          each.setStatus(
              HostNetworkStatusBuilder.builder(each.getStatus()).conditions(conditions).build());
        });
  }

  /** Nodes that carry the network. */
  void live(String... names) {
    alive(names);
    carryOut(decide());
    for (String name : names) {
      report(name, Conditions.READY, Conditions.TRUE);
    }
    carryOut(decide());
  }

  void plan(String node, Long revision, int count) {
    hostNetworks.stream()
        .filter(each -> ObservedNetwork.nodeOf(each).equals(node))
        .forEach(each ->
            each.setStatus(
                (each.getStatus() == null
                        ? HostNetworkStatusBuilder.builder()
                        : HostNetworkStatusBuilder.builder(each.getStatus()))
                    .plan(new NodePlan(revision, count, List.of()))
                    .build()));
  }

  void endpoint(String node) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(new ObjectMetaBuilder().withName("web.10.0.0.2").build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network("web")
            .node(node)
            .address("10.0.0.2/24")
            .build());
    endpoints.add(endpoint);
  }

  static Mesh mesh(Ports ports) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName("default").build());
    mesh.setSpec(MeshSpecBuilder.builder().ports(ports).build());
    return mesh;
  }

  static MeshNode meshNode(String name) {
    MeshNode meshNode = new MeshNode();
    meshNode.setMetadata(new ObjectMetaBuilder().withName(name).build());
    meshNode.setSpec(MeshNodeSpecBuilder.builder().vtep("192.0.2.1").mtu(1500).build());
    return meshNode;
  }

  static io.fabric8.kubernetes.api.model.Node node(String name) {
    return new io.fabric8.kubernetes.api.model.NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .build();
  }

  static List<String> names(List<HostNetwork> hostNetworks) {
    return hostNetworks.stream().map(each -> each.getMetadata().getName()).toList();
  }

  static List<String> summary(ContainerNetworkStatus status) {
    List<Condition> conditions = status.conditions();
    return conditions == null
        ? List.of()
        : conditions.stream()
            .map(each -> each.getType() + "=" + each.getStatus() + " " + each.getReason())
            .toList();
  }

  static Condition ready(Decision decision) {
    return Conditions.find(decision.status().conditions(), Conditions.READY).orElseThrow();
  }
}
