package dev.weft.netlink.rtnl;

/** A report of the kernel to a {@link Monitor}; it also reports changes to the same value. */
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

  /** A link is no longer a port of this bridge. */
  record BridgePortRemoved(int link, int bridge) implements Notification {}

  /** An address is new or has changed. */
  record AddressChanged(Address address) implements Notification {}

  /** An address is gone. */
  record AddressRemoved(Address address) implements Notification {}

  /** A route is new or has changed. */
  record RouteChanged(Route route) implements Notification {}

  /** A route is gone. The kernel does not report IPv4 routes that it removes with their link. */
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
    /** Settings of the whole namespace ({@code conf/all}). */
    public static final int ALL_LINKS = -1;

    /** Defaults of new links ({@code conf/default}). */
    public static final int NEW_LINKS = -2;
  }

  /**
   * Notifications arrived faster than they were read and were lost ({@code ENOBUFS}): the caller
   * must read everything again.
   */
  record Overrun() implements Notification {}
}
