package dev.weft.agent.dataplane.model;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.Optional;

/** The type of a device. A change of these values requires that the device be recreated. */
public sealed interface DeviceKind {
  /**
   * A bridge.
   *
   * @param filtersTags whether it filters by 802.1Q tags, an option that not every kernel has
   * @param altered another option differs from what all bridges of Weft have, such as learning from
   *     frames to the bridge itself, which precedes the source guard
   */
  record Bridge(boolean filtersTags, boolean altered) implements DeviceKind {
    /** A bridge with Weft's settings. */
    public Bridge() {
      this(false, false);
    }

    /** The bridge that the kernel reports; an option that it does not report is as wanted. */
    public static Bridge of(LinkKind.Bridge bridge) {
      return new Bridge(
          Boolean.TRUE.equals(bridge.vlanFiltering()),
          Boolean.TRUE.equals(bridge.stp())
              || Boolean.TRUE.equals(bridge.multicastSnooping())
              || Boolean.TRUE.equals(bridge.linkLocalLearning()));
    }

    /** The options that restore Weft's settings. */
    public LinkKind mended() {
      LinkKind.Bridge options =
          new LinkKind.Bridge()
              .withStp(false)
              .withMulticastSnooping(false)
              .withLinkLocalLearning(false);
      return filtersTags ? options.withVlanFiltering(false) : options;
    }

    @Override
    public String toString() {
      return filtersTags || altered ? "bridge with options of others" : "bridge";
    }
  }

  /**
   * A VXLAN device.
   *
   * @param txChecksum whether the underlying card computes checksums
   */
  record Vxlan(int vni, int port, Optional<InetAddress> local, boolean txChecksum)
      implements DeviceKind {
    boolean isSameTunnel(Vxlan other) {
      return vni == other.vni && port == other.port && local.equals(other.local);
    }

    @Override
    public String toString() {
      return "vxlan (VNI %d, port %d, from %s%s)"
          .formatted(
              vni,
              port,
              local.map(InetAddress::getHostAddress).orElse("any address"),
              txChecksum ? "" : ", checksums by the kernel");
    }
  }

  /**
   * The node's end of a veth pair; the peer is the interface in the sandbox.
   *
   * @param altered the peer's MTU or a setting differs from what all interfaces in sandboxes have
   */
  record Veth(DeviceName peer, MacAddress peerMac, boolean peerUp, boolean altered)
      implements DeviceKind {
    /** A pair with Weft's settings. */
    public Veth(DeviceName peer, MacAddress peerMac, boolean peerUp) {
      this(peer, peerMac, peerUp, false);
    }

    @Override
    public String toString() {
      return "veth to %s (%s%s%s)"
          .formatted(peer, peerMac, peerUp ? "" : ", down", altered ? ", with other settings" : "");
    }
  }

  /** A child of a device on the node. */
  record Macvlan(String parent, LinkKind.Macvlan.Mode mode) implements DeviceKind {
    @Override
    public String toString() {
      return "macvlan of %s (%s)".formatted(parent, mode);
    }
  }

  /** An 802.1Q sub-interface of a device on the node. */
  record Vlan(String parent, int id) implements DeviceKind {
    @Override
    public String toString() {
      return "VLAN %d of %s".formatted(id, parent);
    }
  }

  /** A kind that Weft never creates. */
  record Other(String name) implements DeviceKind {
    @Override
    public String toString() {
      return name.isEmpty() ? "hardware" : name;
    }
  }

  /** Why the kernel cannot change this device into {@code desired} in place; empty if it can. */
  default Optional<String> incompatibleWith(DeviceKind desired) {
    if (this instanceof Veth(DeviceName peer, _, _, _)
        && desired instanceof Veth(DeviceName other, _, _, _)
        && peer.equals(other)) {
      return Optional.empty();
    }
    if (this instanceof Vxlan mine && desired instanceof Vxlan other && mine.isSameTunnel(other)) {
      return Optional.empty();
    }
    if (this instanceof Bridge && desired instanceof Bridge) {
      return Optional.empty();
    }
    return equals(desired)
        ? Optional.empty()
        : Optional.of("it is a " + this + ", not a " + desired);
  }
}
