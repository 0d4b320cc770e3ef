package dev.weft.agent;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.services.Balancer;
import dev.weft.agent.services.BalancingTables;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayTunnel;
import dev.weft.api.Subnet;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms up the JVM: wires and removes a throw-away sandbox on a throw-away node, both in private
 * network namespaces. Java takes many times as long for a first execution, and without this a pod
 * would wait for it.
 */
final class WarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final int TIMES = 3;
  private static final OverlayTunnel TUNNEL = new OverlayTunnel(1, 4789, false);
  private static final InetAddress VTEP = InetAddress.getLoopbackAddress();
  private static final IpPrefix ADDRESS = IpPrefix.parse("192.0.2.2/24");
  private static final InetAddress OTHER = IpPrefix.parseAddress("192.0.2.3");

  /** Types that an attachment reads or writes. */
  private static final List<Class<?>> KINDS =
      List.of(NetworkEndpoint.class, EndpointSlice.class, Pod.class, Status.class);

  private WarmUp() {}

  /**
   * Runs the warm-up. Nothing depends on its success.
   *
   * @param tables writes the balancing tables of sandboxes
   * @return whether the sandbox was on its networks
   */
  static boolean play(KubernetesSerialization json, BalancingTables tables) {
    long start = System.nanoTime();
    KINDS.forEach(each -> json.unmarshal("{}", each));
    try (NetworkNamespace node = NetworkNamespace.createUnnamed();
        NetworkNamespace sandbox = NetworkNamespace.createUnnamed();
        Netlink netlink = Netlink.open(node);
        DataPlane plane = DataPlane.open(node.file())) {
      int loopback = netlink.link("lo").orElseThrow().index();
      netlink.linkSet(loopback, LinkSettings.builder().up(true).build());
      boolean wired = wire(plane, sandbox.file());
      Balancer.rehearse(tables, sandbox.file());
      LOG.atDebug().log("rehearsed in {} ms", (System.nanoTime() - start) / 1_000_000);
      return wired;
    } catch (RuntimeException e) {
      LOG.atDebug().setCause(e).log("no rehearsal: the first pod may take longer");
      return false;
    }
  }

  private static boolean wire(DataPlane plane, Path sandbox) {
    PassScope endpoints =
        PassScope.endpoints(Map.of("bridge", Set.of("eth0"), "overlay", Set.of("eth1")));
    plane.reconcile(nodeSpec(sandbox, Optional.empty()), PassScope.EVERYTHING);
    boolean wired = true;
    for (int i = 0; i < TIMES; i++) {
      plane.reconcile(nodeSpec(sandbox, Optional.of(List.of())), endpoints);
      ReconcileOutcome outcome =
          plane.reconcile(nodeSpec(sandbox, Optional.of(List.of(ADDRESS))), endpoints);
      wired &= outcome.networks().values().stream().allMatch(each -> each.problems().isEmpty());
      plane.reconcile(nodeSpec(sandbox, Optional.empty()), endpoints);
    }
    return wired;
  }

  /**
   * One network of each driver that joins sandboxes to a bridge.
   *
   * @param addresses of the sandbox's interfaces; empty if it has no interfaces
   */
  private static NodeSpec nodeSpec(Path sandbox, Optional<List<IpPrefix>> addresses) {
    HostNetworkSpecBuilder spec =
        HostNetworkSpecBuilder.builder()
            .subnets(List.of(new Subnet("192.0.2.0/24", "192.0.2.1", null, null, null)));
    return new NodeSpec(
        "rehearsal",
        Optional.of(VTEP),
        Map.of(
            "bridge",
            new NetworkSpec(
                "bridge",
                spec.network("bridge").networkUid("bridge").driver("bridge").build(),
                local(sandbox, "eth0", addresses),
                Map.of()),
            "overlay",
            new NetworkSpec(
                "overlay",
                spec.network("overlay")
                    .networkUid("overlay")
                    .driver("overlay")
                    .overlay(TUNNEL)
                    .build(),
                local(sandbox, "eth1", addresses),
                Map.of("other", new RemoteEndpoint(OTHER, Macs.of(OTHER), VTEP)))),
        true,
        Optional.empty());
  }

  private static Map<String, LocalEndpoint> local(
      Path sandbox, String link, Optional<List<IpPrefix>> addresses) {
    return addresses
        .map(its ->
            Map.of(
                link,
                new LocalEndpoint(link, sandbox, link, Macs.of(ADDRESS.address()), its, false)))
        .orElse(Map.of());
  }
}
