package dev.weft.agent.dataplane.model;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.Optional;

/** What a device is, and what can not be changed without making it anew. */
public sealed interface DeviceKind {
  /**
   * A bridge.
   *
   * @param filtersTags whether it looks at 802.1Q tags, an option that not every kernel has
   * @param altered another option is not as all our bridges have it: such as that it learns from
   *     frames to itself, which it does before the source guard sees them
   */
  record Bridge(boolean filtersTags, boolean altered) implements DeviceKind {
    /** As we make it. */
    public Bridge() {
      this(false, false);
    }

    /** As it is; what this kernel does not report is as it should be. */
    public static Bridge of(LinkKind.Bridge bridge) {
      return new Bridge(
          Boolean.TRUE.equals(bridge.vlanFiltering()),
          Boolean.TRUE.equals(bridge.stp())
              || Boolean.TRUE.equals(bridge.multicastSnooping())
              || Boolean.TRUE.equals(bridge.linkLocalLearning()));
    }

    /** The options that make such a bridge one of ours. */
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
   * A VXLAN tunnel end.
   *
   * @param txChecksum whether checksums are left to the card below
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

  /** The node's end of a veth pair; the peer is the interface in the sandbox. */
  record Veth(DeviceName peer, MacAddress peerMac, boolean peerUp) implements DeviceKind {
    @Override
    public String toString() {
      return "veth to %s (%s%s)".formatted(peer, peerMac, peerUp ? "" : ", down");
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

  /** Something that we never make. */
  record Other(String name) implements DeviceKind {
    @Override
    public String toString() {
      return name.isEmpty() ? "hardware" : name;
    }
  }

  /** Why this can not become {@code desired} in place; empty if it can. */
  default Optional<String> incompatibleWith(DeviceKind desired) {
    if (this instanceof Veth(DeviceName peer, _, _)
        && desired instanceof Veth(DeviceName other, _, _)
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
