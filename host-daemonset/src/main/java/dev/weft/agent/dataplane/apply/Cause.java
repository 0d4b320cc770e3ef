package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue of reasons why the kernel refuses requests, with remedies. {@link CommonCause}
 * explains errors that mean the same for all items. {@link Failures} adds the conflicting object
 * where the kernel can report it. Pure.
 *
 * @param why what stands in the way
 * @param cure what to change
 */
record Cause(String why, String cure) {

  /**
   * Returns the cause of an error.
   *
   * @param item the created, changed or removed item
   * @param errno the error's name, such as {@code EBUSY}
   */
  static Cause of(Item item, String errno) {
    return ofItem(item, errno).orElseGet(() -> CommonCause.of(item, errno));
  }

  /** Returns the cause of a change that the agent did not request. */
  static Cause of(ApplyError error) {
    return switch (error) {
      case ApplyError.SandboxGone _ ->
          new Cause(
              "the sandbox ended meanwhile",
              "if its pod is not being deleted, see why its sandbox ends");
      case ApplyError.DeviceMissing _ ->
          new Cause(
              "the device below it could not be created, or another program removed it",
              "fix the other problems of this network, or find that program");
      case ApplyError.NotShut _, ApplyError.NotIsolated _ ->
          new Cause(
              "nothing is built before the rules that restrict it",
              "fix the problems of the packet filter and IPsec policies of this node");
      case ApplyError.TunnelStays _ ->
          new Cause(
              "nothing that restricts it is lifted before it is gone",
              "fix the problem of the device that could not be removed");
      case ApplyError.RoutesAtRisk _ ->
          new Cause(
              "the node would lose its default route",
              "fix the problem of the setting accept_ra of the node's interface");
    };
  }

  private static Optional<Cause> ofItem(Item item, String errno) {
    return Optional.ofNullable(
        switch (item) {
          case Item.Device device ->
              switch (device.kind()) {
                case DeviceKind.Macvlan macvlan -> ofMacvlan(device.name(), macvlan, errno);
                case DeviceKind.Vlan vlan -> ofVlan(vlan, errno);
                case DeviceKind.Vxlan tunnel -> ofTunnel(tunnel, errno);
                case DeviceKind.Veth veth -> ofVeth(veth, errno);
                case DeviceKind.Bridge _, DeviceKind.Other _ -> null;
              };
          case Item.Address(_, DeviceName device, var prefix, _) ->
              ofAddress(device, prefix.address(), errno);
          case Item.Route route -> ofRoute(route, errno);
          case Item.Neighbour _ -> ofNeighbour(errno);
          case Item.Forward _ -> null;
          case Item.Setting setting -> ofSetting(setting, errno);
          case Item.Filter _, GuardItem _ -> null;
          case IpsecItem.SecurityState _ -> ofState(errno);
          case IpsecItem.SecurityPolicy _ -> ofPolicy(errno);
          case IpsecItem.EspPort port -> ofEspPort(port, errno);
        });
  }

  private static @Nullable Cause ofMacvlan(
      DeviceName name, DeviceKind.Macvlan macvlan, String errno) {
    String parent = "'" + macvlan.parent() + "'";
    return switch (errno) {
      case "EINVAL" ->
          macvlan.mode() == LinkKind.Macvlan.Mode.PASSTHRU
              ? new Cause(
                  "mode Passthru needs a parent for itself, and another macvlan or macvtap"
                      + " interface is on %s".formatted(parent),
                  "remove that interface, or use another mode or parent")
              : new Cause(
                  "%s is no Ethernet interface, or an interface in mode Passthru occupies it"
                      .formatted(parent),
                  "use another parent, or remove that interface");
      case "EBUSY" ->
          new Cause(
              "an ipvlan interface, a bond, a bridge or the like receives all frames of " + parent,
              "take it off that interface, or use another parent");
      case "ENETDOWN" -> down(macvlan.parent());
      case "EADDRINUSE" ->
          new Cause(
              "%s or another interface on it has this MAC address".formatted(parent),
              "ask for another MAC address, or remove the other interface");
      case "EEXIST" -> nameTaken(name);
      case "EOPNOTSUPP" -> CommonCause.lacks("macvlan");
      case "EMLINK", "ELOOP" -> CommonCause.nested(parent);
      default -> null;
    };
  }

  private static @Nullable Cause ofVlan(DeviceKind.Vlan vlan, String errno) {
    String parent = "'" + vlan.parent() + "'";
    return switch (errno) {
      case "EEXIST" ->
          new Cause(
              "%s has VLAN %d in a device of another name, perhaps in another network namespace"
                  .formatted(parent, vlan.id()),
              "name that device as the parent, or remove it");
      case "EOPNOTSUPP" ->
          new Cause(
              "%s carries no VLANs, or the kernel lacks 802.1Q".formatted(parent),
              "modprobe 8021q, or use another parent");
      case "ENETDOWN" -> down(vlan.parent());
      case "EMLINK", "ELOOP" -> CommonCause.nested(parent);
      default -> null;
    };
  }

  private static @Nullable Cause ofTunnel(DeviceKind.Vxlan tunnel, String errno) {
    return switch (errno) {
      case "EEXIST" ->
          new Cause(
              "a VXLAN device of VNI %d on UDP port %d is there, perhaps one that was moved to"
                      .formatted(tunnel.vni(), tunnel.port())
                  + " another network namespace, as Docker Swarm does",
              "remove that (ip -all netns exec ip -d link show type vxlan), or let the network use"
                  + " another VNI");
      case "EADDRINUSE" ->
          new Cause(
              "UDP port %d is in use on this node".formatted(tunnel.port()),
              "stop what uses it, or let the Mesh use another port");
      case "EADDRNOTAVAIL" ->
          new Cause(
              "the node has lost the address that its tunnels start from",
              "give it back, or let the Mesh's underlay choose another");
      case "EAFNOSUPPORT" ->
          isIpv6(tunnel.local()) ? CommonCause.ipv6Off() : CommonCause.lacks("vxlan");
      case "EOPNOTSUPP" -> CommonCause.lacks("vxlan");
      default -> null;
    };
  }

  private static boolean isIpv6(Optional<InetAddress> address) {
    return address.filter(Inet6Address.class::isInstance).isPresent();
  }

  private static @Nullable Cause ofVeth(DeviceKind.Veth veth, String errno) {
    return switch (errno) {
      case "EEXIST" -> nameTaken(veth.peer());
      case "EXFULL" ->
          // the kernel's BR_MAX_PORTS, without port 0
          new Cause(
              "the network's bridge on this node has 1023 ports, the most of a Linux bridge",
              "run fewer pods of this network on this node, or split the network");
      case "EADDRINUSE", "EADDRNOTAVAIL" ->
          new Cause(
              "%s is no MAC address of an interface".formatted(veth.peerMac()),
              "ask for another MAC address");
      case "EOPNOTSUPP" -> CommonCause.lacks("veth");
      default -> null;
    };
  }

  private static @Nullable Cause ofAddress(DeviceName device, InetAddress address, String errno) {
    boolean ipv6 = address instanceof Inet6Address;
    return switch (errno) {
      case "EACCES", "EINVAL", "EAFNOSUPPORT", "EOPNOTSUPP" ->
          ipv6
              ? new Cause(
                  "IPv6 is off for %s".formatted(device),
                  "set net.ipv6.conf.all.disable_ipv6 to 0 there, boot without ipv6.disable=1, or"
                      + " use a network without an IPv6 subnet")
              : null;
      case "EEXIST" ->
          new Cause("%s has it already".formatted(device), "remove it, or ask for another address");
      default -> null;
    };
  }

  private static @Nullable Cause ofRoute(Item.Route route, String errno) {
    return switch (errno) {
      case "ENETUNREACH", "EHOSTUNREACH", "EINVAL", "ENETDOWN" ->
          new Cause(
              "no address of %s reaches %s, or the interface is down"
                  .formatted(
                      route.device(),
                      route
                          .gateway()
                          .map(each -> "the gateway " + each.getHostAddress())
                          .orElse("it")),
              route.device().place().isNode()
                  ? "give the device back its address, and set it up"
                  : "leave the interface's addresses in the sandbox as they are");
      case "EEXIST" ->
          new Cause(
              "another route leads there",
              "remove it, or ask for no default route of this network");
      default -> null;
    };
  }

  private static @Nullable Cause ofNeighbour(String errno) {
    return switch (errno) {
      case "ENOBUFS", "ENOSPC", "ENOMEM" ->
          new Cause(
              "the node's neighbour table is full",
              "raise net.ipv4.neigh.default.gc_thresh3 and net.ipv6.neigh.default.gc_thresh3");
      default -> null;
    };
  }

  private static @Nullable Cause ofSetting(Item.Setting setting, String errno) {
    return switch (errno) {
      case "EROFS", "EACCES", "EPERM" ->
          new Cause(
              "the agent may not write it",
              "mount the node's /proc/sys/net into the agent's container as manifests/install.yaml"
                  + " does, or set it yourself: sysctl -w %s=%s"
                      .formatted(setting.path().replace('/', '.'), setting.value()));
      default -> null;
    };
  }

  private static @Nullable Cause ofState(String errno) {
    return switch (errno) {
      case "EEXIST" ->
          new Cause(
              "another IPsec program's state has its SPI", "stop that program (ip xfrm state)");
      case "EINVAL", "ENOSYS", "EOPNOTSUPP", "EPROTONOSUPPORT", "ENOENT" ->
          CommonCause.lacks("esp4 esp6 gcm");
      default -> null;
    };
  }

  private static @Nullable Cause ofPolicy(String errno) {
    return switch (errno) {
      case "EEXIST" ->
          new Cause(
              "an IPsec policy that is not Weft's is in its place",
              "remove that (ip xfrm policy), or let the Mesh use another port for encrypted"
                  + " networks");
      case "EINVAL", "ENOSYS", "EOPNOTSUPP", "EPROTONOSUPPORT" -> CommonCause.lacks("xfrm_user");
      default -> null;
    };
  }

  private static @Nullable Cause ofEspPort(IpsecItem.EspPort port, String errno) {
    return switch (errno) {
      case "EADDRINUSE" ->
          new Cause(
              "UDP port %d is in use at %s".formatted(port.port(), port.address().getHostAddress()),
              "stop what uses it, or let the Mesh name another port (ports.ipsec)");
      case "EADDRNOTAVAIL" ->
          new Cause(
              "the node has lost the address that its tunnels start from",
              "give it back, or let the Mesh's underlay choose another");
      case "ENOPROTOOPT", "EOPNOTSUPP", "EINVAL" ->
          new Cause(
              "this kernel supports no ESP inside UDP"
                  + (port.address() instanceof Inet6Address ? " over IPv6 (Linux 5.8 does)" : ""),
              "use a kernel that does, or leave ipsecEncapsulation of the Mesh out");
      default -> null;
    };
  }

  private static Cause down(String parent) {
    return new Cause("'%s' is down".formatted(parent), "ip link set %s up".formatted(parent));
  }

  private static Cause nameTaken(DeviceName name) {
    return name.place().isNode()
        ? new Cause(
            "the node has another device named " + name.name(), "rename or remove that device")
        : new Cause(
            "the sandbox has another interface named " + name.name(),
            "ask for another name in the annotation weft.dev/networks");
  }
}
