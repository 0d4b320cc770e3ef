package dev.weft.netlink.rtnl;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.RtnetlinkH;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reports changes in a namespace: links, addresses, routes, neighbours, forwarding entries and some
 * settings ({@code RTNLGRP_*}). It reports from the moment it is open: open it first, then dump.
 */
public final class Monitor implements AutoCloseable {
  private final Listener<Notification> listener;

  private Monitor(NetlinkSocket socket, Set<Group> groups) {
    this.listener = new Listener<>(socket, Notifications::read, new Notification.Overrun());
    join(listener, groups);
  }

  /** Kind of change to report. */
  public enum Group {
    /** Links and bridge ports ({@code RTNLGRP_LINK}). */
    LINKS(RtnetlinkH.RTNLGRP_LINK),
    /** Addresses ({@code RTNLGRP_IPV4_IFADDR}, {@code RTNLGRP_IPV6_IFADDR}). */
    ADDRESSES(RtnetlinkH.RTNLGRP_IPV4_IFADDR, RtnetlinkH.RTNLGRP_IPV6_IFADDR),
    /** Routes ({@code RTNLGRP_IPV4_ROUTE}, {@code RTNLGRP_IPV6_ROUTE}). */
    ROUTES(RtnetlinkH.RTNLGRP_IPV4_ROUTE, RtnetlinkH.RTNLGRP_IPV6_ROUTE),
    /** IP neighbours and forwarding entries ({@code RTNLGRP_NEIGH}). */
    NEIGHBOURS(RtnetlinkH.RTNLGRP_NEIGH),
    /**
     * Some IP settings, among them forwarding and {@code rp_filter} ({@code RTNLGRP_IPV4_NETCONF},
     * {@code RTNLGRP_IPV6_NETCONF}). The kernel does not report the others.
     */
    SETTINGS(RtnetlinkH.RTNLGRP_IPV4_NETCONF, RtnetlinkH.RTNLGRP_IPV6_NETCONF);

    @SuppressWarnings("ImmutableEnumChecker")
    private final int[] numbers;

    Group(int... numbers) {
      this.numbers = numbers;
    }
  }

  /** Watches the calling thread's namespace. */
  public static Monitor open() {
    return new Monitor(NetlinkSocket.route(), EnumSet.allOf(Group.class));
  }

  /** Watches a namespace, which may be closed afterwards. */
  public static Monitor open(NetworkNamespace namespace) {
    return open(namespace, EnumSet.allOf(Group.class));
  }

  /** Watches some kinds of change in a namespace, which may be closed afterwards. */
  public static Monitor open(NetworkNamespace namespace, Set<Group> groups) {
    return new Monitor(namespace.call(NetlinkSocket::route), groups);
  }

  /** The same with a receive buffer of this many bytes. */
  static Monitor open(NetworkNamespace namespace, Set<Group> groups, int receiveBuffer) {
    Monitor monitor = open(namespace, Set.of());
    monitor.listener.receiveBuffer(receiveBuffer);
    join(monitor.listener, groups);
    return monitor;
  }

  static void join(Listener<?> listener, Set<Group> groups) {
    for (Group group : groups) {
      for (int number : group.numbers) {
        listener.join(number);
      }
    }
  }

  /**
   * Waits for the next change. One thread at a time may call this; it should be a platform thread,
   * as a waiting virtual thread would keep its carrier.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<Notification> next() {
    return listener.next();
  }

  /**
   * Changes reported so far, without waiting; none when the monitor is closed. If changes arrive
   * faster than they are read, it returns about {@code most}; the next call returns the rest.
   */
  public List<Notification> more(int most) {
    return listener.more(most);
  }

  @Override
  public void close() {
    listener.close();
  }
}
