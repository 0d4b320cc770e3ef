package dev.weft.agent.dataplane.spec;

import dev.weft.agent.dataplane.model.Digest;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.Subnet;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A network on this node, as its HostNetwork declares it.
 *
 * @param node name of the node
 */
public record Network(
    String name, String uid, String node, HostNetworkSpec spec, List<Segment> segments) {
  /** An address block, with its gateway address if it has one. */
  public record Segment(IpPrefix block, Optional<InetAddress> gateway) {
    public Optional<IpPrefix> gatewayPrefix() {
      return gateway.map(address -> new IpPrefix(address, block.length()));
    }

    public boolean isIpv4() {
      return block.address().getAddress().length == 4;
    }
  }

  public static Network of(String name, String node, NetworkSpec networkSpec) throws Unbuildable {
    List<Subnet> subnets = networkSpec.spec().subnets();
    List<Segment> segments = new ArrayList<>();
    for (Subnet subnet : subnets == null ? List.<Subnet>of() : subnets) {
      segments.add(segment(subnet));
    }
    if (networkSpec.uid().isEmpty()
        || networkSpec.uid().contains("/")
        || networkSpec.uid().length() > 64) {
      throw new Unbuildable(
          Problem.user(
              "spec.networkUid",
              "'%s' is no UID".formatted(networkSpec.uid()),
              "delete the HostNetwork; the operator recreates it"));
    }
    return new Network(name, networkSpec.uid(), node, networkSpec.spec(), List.copyOf(segments));
  }

  private static Segment segment(Subnet subnet) throws Unbuildable {
    String cidr = subnet.cidr();
    String gateway = subnet.gateway();
    try {
      return new Segment(
          IpPrefix.parse(cidr == null ? "" : cidr).network(),
          Optional.ofNullable(gateway).map(IpPrefix::parseAddress));
    } catch (IllegalArgumentException e) {
      throw new Unbuildable(
          Problem.user(
              "spec.subnets",
              String.valueOf(e.getMessage()),
              "write a block and an address in it"));
    }
  }

  public Owner owner() {
    return Owner.network(uid);
  }

  /** Whether a device name may be derived from a UID or digest. */
  public static boolean isGenerated(String device) {
    return device.matches("w[a-z]-[0-9a-f]{12}");
  }

  public String bridge() {
    return "wb-" + shortUid(uid);
  }

  public String vxlan() {
    return vxlan(uid);
  }

  /** The name of an overlay's VXLAN device. */
  public static String vxlan(String uid) {
    return "wv-" + shortUid(uid);
  }

  public String shim() {
    return "ws-" + shortUid(uid);
  }

  public String hostEnd(String endpoint) {
    return hostEnd(uid, endpoint);
  }

  /** The name of the node's end of an endpoint's veth pair. */
  public static String hostEnd(String uid, String endpoint) {
    return "we-" + Digest.of(uid + "/" + endpoint).substring(0, 12);
  }

  /** A MAC address for a device of this network on this node; always the same. */
  public MacAddress mac(String device) {
    return mac(node, uid, device);
  }

  /** A MAC address for a device of a network on a node; always the same. */
  public static MacAddress mac(String node, String uid, String device) {
    return MacAddress.parse(
        "06:"
            + HexFormat.ofDelimiter(":")
                .formatHex(
                    HexFormat.of().parseHex(Digest.of(node + "/" + uid + "/" + device)), 0, 5));
  }

  /**
   * Returns the names of all own devices that a network can have on a node.
   *
   * @param bridge the configured name of its bridge, if any
   */
  public static List<String> devices(String uid, Optional<String> bridge) {
    return List.of(bridge.orElse("wb-" + shortUid(uid)), vxlan(uid), "ws-" + shortUid(uid));
  }

  /** The first 12 hexadecimal digits of the UID; for other text, those of its digest. */
  private static String shortUid(String uid) {
    String digits = uid.replace("-", "");
    return digits.matches("[0-9a-f]{32}")
        ? digits.substring(0, 12)
        : Digest.of(uid).substring(0, 12);
  }
}
