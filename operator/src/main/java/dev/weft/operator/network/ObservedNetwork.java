package dev.weft.operator.network;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.IpsecEncapsulation;
import dev.weft.api.Mesh;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.validation.Validation;
import dev.weft.operator.node.NodeFacts;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one network at one moment.
 *
 * @param nodes by name, every node of the cluster, and every other that has anything of the network
 * @param podNodes names of nodes that run a pod which asks for the network
 * @param serviceRanges where the cluster's Services have their addresses from
 */
record ObservedNetwork(
    ContainerNetwork network,
    @Nullable Mesh mesh,
    List<NodeFacts> nodes,
    List<HostNetwork> hostNetworks,
    List<NetworkEndpoint> endpoints,
    Set<String> podNodes,
    List<Cidr> serviceRanges) {

  ContainerNetworkSpec spec() {
    return Objects.requireNonNull(network.getSpec(), "the schema requires spec");
  }

  /** Only for a valid network. */
  Driver driver() {
    return Driver.of(spec().driver()).orElseThrow();
  }

  /** Nodes that should carry the network. */
  List<NodeFacts> desiredNodes() {
    Set<String> users = usersOfOverlay();
    return nodes.stream()
        .filter(this::selects)
        .filter(node ->
            driver() == Driver.OVERLAY
                ? users.contains(node.name())
                : node.isInMesh() || carries(node))
        .toList();
  }

  /** Whether a node that lives has the network, though it has not introduced itself again. */
  private boolean carries(NodeFacts node) {
    return node.agent().isAlive()
        && hostNetworks.stream()
            .anyMatch(each -> nodeOf(each).equals(node.name()) && !each.isMarkedForDeletion());
  }

  /**
   * Whether the network is for a node. Where MeshNodes have their Nodes, one without is no node,
   * whoever published it; an API server without kubelets may have no Nodes at all.
   */
  boolean selects(NodeFacts node) {
    return !node.isGone()
        && (node.node() != null || nodes.stream().noneMatch(ObservedNetwork::isNodeInMesh))
        && node.matches(spec().nodeSelector());
  }

  private static boolean isNodeInMesh(NodeFacts node) {
    return node.node() != null && node.isInMesh();
  }

  /** Whether a HostNetwork is of this network, and not of an earlier one of its name. */
  boolean isOf(HostNetwork hostNetwork) {
    return Objects.equals(hostNetwork.getSpec().networkUid(), network.getMetadata().getUid());
  }

  /** Whether packets of encrypted networks are to travel in UDP. */
  boolean isEspInUdp() {
    return IpsecEncapsulation.udpPort(Validation.ifValid(mesh)).isPresent();
  }

  Set<String> endpointNodes() {
    return endpoints.stream()
        .map(NetworkEndpoint::getSpec)
        .map(NetworkEndpointSpec::node)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  NodeFacts node(String name) {
    return nodes.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  static String nodeOf(HostNetwork hostNetwork) {
    HostNetworkSpec spec = hostNetwork.getSpec();
    return Objects.requireNonNull(spec.node(), "the schema requires spec.node");
  }

  private Set<String> usersOfOverlay() {
    Set<String> users = endpointNodes();
    users.addAll(podNodes);
    return users;
  }
}
