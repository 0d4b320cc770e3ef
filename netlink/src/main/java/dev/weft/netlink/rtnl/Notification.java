package dev.weft.netlink.rtnl;

/** What the kernel reports to a {@link Monitor}, changes to the same value included. */
public sealed interface Notification {
  /** A link is new or has changed. */
  record LinkChanged(Link link) implements Notification {}

  /** A link is gone from this namespace. */
  record LinkRemoved(Link link) implements Notification {}

  /**
   * A link's options as a bridge's port have changed.
   *
   * @param link index of the port
   * @param bridge index of the bridge
   * @param port all options now
   */
  record BridgePortChanged(int link, int bridge, BridgePort port) implements Notification {}

  /** A link is no port of this bridge any more. */
  record BridgePortRemoved(int link, int bridge) implements Notification {}

  /** An address is new or has changed. */
  record AddressChanged(Address address) implements Notification {}

  /** An address is gone. */
  record AddressRemoved(Address address) implements Notification {}

  /** A route is new or has changed. */
  record RouteChanged(Route route) implements Notification {}

  /**
   * A route is gone. The kernel does not report IPv4 routes that go because their link went down.
   */
  record RouteRemoved(Route route) implements Notification {}

  /** A neighbour entry is new or has changed. */
  record NeighbourChanged(Neighbour neighbour) implements Notification {}

  /** A neighbour entry is gone. */
  record NeighbourRemoved(Neighbour neighbour) implements Notification {}

  /** A forwarding entry is new or has changed. */
  record FdbChanged(FdbEntry entry) implements Notification {}

  /** A forwarding entry is gone. */
  record FdbRemoved(FdbEntry entry) implements Notification {}

  /**
   * An IP setting has changed ({@code RTM_NEWNETCONF}).
   *
   * @param link index of the link, {@link #ALL_LINKS} or {@link #NEW_LINKS}
   */
  record SettingChanged(boolean ipv4, int link) implements Notification {
    /** What holds of the namespace ({@code conf/all}). */
    public static final int ALL_LINKS = -1;

    /** What links come with ({@code conf/default}). */
    public static final int NEW_LINKS = -2;
  }

  /**
   * Notifications were lost, because they came faster than they were read ({@code ENOBUFS}): what
   * is known must be read again.
   */
  record Overrun() implements Notification {}
}
