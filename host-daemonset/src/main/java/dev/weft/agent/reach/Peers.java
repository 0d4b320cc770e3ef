package dev.weft.agent.reach;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.netlink.EchoSocket;
import dev.weft.netlink.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Nodes with an endpoint on an overlay that this node carries. */
final class Peers {
  private Peers() {}

  static List<Peer> of(ClusterCaches cluster) {
    TreeSet<String> names = new TreeSet<>();
    cluster.hostNetworks().all().stream()
        .filter(each -> each.getSpec() != null && each.getSpec().overlay() != null)
        .map(ClusterCaches::networkOf)
        .flatMap(network -> cluster.endpoints().of(network).stream())
        .flatMap(each -> Optional.ofNullable(each.getSpec().node()).stream())
        .forEach(names::add);
    names.remove(cluster.node());
    int own = spec(cluster, cluster.node()).map(Peers::mtu).orElse(EchoSocket.LEAST);
    return names.stream().flatMap(name -> peer(cluster, name, own).stream()).toList();
  }

  private static Optional<Peer> peer(ClusterCaches cluster, String name, int own) {
    return spec(cluster, name)
        .flatMap(spec ->
            Optional.ofNullable(spec.vtep())
                .map(
                    vtep -> new Peer(name, IpPrefix.parseAddress(vtep), Math.min(own, mtu(spec)))));
  }

  private static Optional<MeshNodeSpec> spec(ClusterCaches cluster, String node) {
    return cluster.members().member(node).map(MeshNode::getSpec);
  }

  private static int mtu(MeshNodeSpec spec) {
    return spec.mtu() == null ? EchoSocket.LEAST : Math.max(spec.mtu(), EchoSocket.LEAST);
  }
}
