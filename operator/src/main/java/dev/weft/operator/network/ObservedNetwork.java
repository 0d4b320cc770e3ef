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
 * Snapshot of one network and the objects related to it.
 *
 * @param nodes all nodes of the cluster and others with objects of the network, in order of their
 *     names
 * @param podNodes names of nodes with a pod that requests the network
 * @param serviceRanges address ranges of the cluster's Services
 * @param heldPort see {@link HeldPort}; null: none
 */
record ObservedNetwork(
    ContainerNetwork network,
    @Nullable Mesh mesh,
    List<NodeFacts> nodes,
    List<HostNetwork> hostNetworks,
    List<NetworkEndpoint> endpoints,
    Set<String> podNodes,
    List<Cidr> serviceRanges,
    @Nullable Integer heldPort) {

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

  /** Whether a live node has the network, even if its MeshNode is missing. */
  private boolean carries(NodeFacts node) {
    return node.agent().isAlive()
        && hostNetworks.stream()
            .anyMatch(each -> nodeOf(each).equals(node.name()) && !each.isMarkedForDeletion());
  }

  /**
   * Whether the network selects a node. If any MeshNode has a Node, a MeshNode without one does not
   * count. An API server without kubelets may have no Nodes at all.
   */
  boolean selects(NodeFacts node) {
    return !node.isGone()
        && (node.node() != null || nodes.stream().noneMatch(ObservedNetwork::isNodeInMesh))
        && node.matches(spec().nodeSelector());
  }

  private static boolean isNodeInMesh(NodeFacts node) {
    return node.node() != null && node.isInMesh();
  }

  /** Whether a HostNetwork belongs to this network, and not to an earlier one of the same name. */
  boolean isOf(HostNetwork hostNetwork) {
    return Objects.equals(hostNetwork.getSpec().networkUid(), network.getMetadata().getUid());
  }

  /** Whether nodes send the ESP packets of encrypted networks in UDP. */
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
