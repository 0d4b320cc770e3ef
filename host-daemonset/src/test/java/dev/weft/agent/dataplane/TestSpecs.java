package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.api.BridgeOptions;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.OverlayTunnel;
import dev.weft.api.Subnet;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Specs for tests. */
public final class TestSpecs {
  /** Tunnel addresses of a lab's nodes. */
  private static final Set<InetAddress> MESH =
      Set.of(
          IpPrefix.parseAddress("192.0.2.1"),
          IpPrefix.parseAddress("192.0.2.2"),
          IpPrefix.parseAddress("192.0.2.3"));

  private TestSpecs() {}

  public static NodeSpec of(Map<String, NetworkSpec> networks) {
    return new NodeSpec("node", Optional.empty(), networks, true, Optional.empty());
  }

  public static NodeSpec of(String name, NetworkSpec network) {
    return of(Map.of(name, network));
  }

  public static NodeSpec none() {
    return of(Map.of());
  }

  public static NodeSpec from(String vtep, Map<String, NetworkSpec> networks) {
    return new NodeSpec(
        "node-" + vtep,
        Optional.of(IpPrefix.parseAddress(vtep)),
        networks,
        true,
        Optional.empty(),
        MESH);
  }

  public static NetworkSpec network(HostNetworkSpec spec, LocalEndpoint... endpoints) {
    Map<String, LocalEndpoint> local = new HashMap<>();
    for (LocalEndpoint endpoint : endpoints) {
      local.put(endpoint.id(), endpoint);
    }
    return new NetworkSpec(uid(spec), spec, local, Map.of());
  }

  public static NetworkSpec with(NetworkSpec nodeSpec, RemoteEndpoint... remotes) {
    Map<String, RemoteEndpoint> remote = new HashMap<>();
    for (RemoteEndpoint endpoint : remotes) {
      remote.put("net." + endpoint.address().getHostAddress(), endpoint);
    }
    return new NetworkSpec(nodeSpec.uid(), nodeSpec.spec(), nodeSpec.local(), remote);
  }

  /** A NodeSpec for one more endpoint. */
  public static NodeSpec with(NodeSpec nodeSpec, String network, LocalEndpoint endpoint) {
    pick(nodeSpec, network).local().put(endpoint.id(), endpoint);
    return nodeSpec;
  }

  public static NetworkSpec pick(NodeSpec nodeSpec, String network) {
    return java.util.Objects.requireNonNull(nodeSpec.networks().get(network));
  }

  private static String uid(HostNetworkSpec spec) {
    String uid = spec.networkUid();
    return uid == null ? "" : uid;
  }

  /** Another UID for each number. */
  static String uid(int number) {
    return "%08x-0000-4000-8000-000000000000".formatted(number);
  }

  static HostNetworkSpecBuilder spec(int number, String driver) {
    return HostNetworkSpecBuilder.builder()
        .network("net" + number)
        .networkUid(uid(number))
        .node("node")
        .driver(driver)
        .interfacePrefix("eth");
  }

  public static Subnet subnet(String cidr, String gateway) {
    return new Subnet(cidr, gateway, null, null, null);
  }

  public static Subnet subnet(String cidr) {
    return new Subnet(cidr, null, null, null, null);
  }

  public static HostNetworkSpec bridge(int number, Subnet... subnets) {
    return bridge(number, null, subnets);
  }

  public static HostNetworkSpec bridge(
      int number, @org.jspecify.annotations.Nullable BridgeOptions options, Subnet... subnets) {
    return spec(number, "bridge").subnets(List.of(subnets)).bridge(options).build();
  }

  public static HostNetworkSpec overlay(int number, int vni, Subnet... subnets) {
    return spec(number, "overlay")
        .subnets(List.of(subnets))
        .overlay(new OverlayTunnel(vni, 4789, false))
        .build();
  }

  public static HostNetworkSpec macvlan(int number, MacvlanOptions options, Subnet... subnets) {
    return spec(number, "macvlan").subnets(List.of(subnets)).macvlan(options).build();
  }

  public static LocalEndpoint endpoint(
      KernelLab.Box sandbox, String interfaceName, String address) {
    IpPrefix prefix = IpPrefix.parse(address);
    return new LocalEndpoint(
        sandbox.name() + "." + interfaceName,
        sandbox.file(),
        interfaceName,
        Macs.of(prefix.address()),
        List.of(prefix),
        true);
  }

  /** The same while its addresses are being claimed. */
  public static LocalEndpoint bare(LocalEndpoint endpoint) {
    return new LocalEndpoint(
        endpoint.id(),
        endpoint.sandbox(),
        endpoint.interfaceName(),
        endpoint.mac(),
        List.of(),
        endpoint.defaultRoute());
  }

  public static RemoteEndpoint remote(String address, String vtep) {
    var parsed = IpPrefix.parseAddress(address);
    return new RemoteEndpoint(parsed, Macs.of(parsed), IpPrefix.parseAddress(vtep));
  }
}
