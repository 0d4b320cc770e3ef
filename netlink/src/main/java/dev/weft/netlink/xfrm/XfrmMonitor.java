package dev.weft.netlink.xfrm;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.NetlinkSocket;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reports what happens to the IPsec tables of a namespace ({@code XFRMNLGRP_*}). It reports changes
 * from the moment it is open, so open it first and dump then.
 */
public final class XfrmMonitor implements AutoCloseable {
  private final Listener<XfrmNotification> listener;

  private XfrmMonitor(NetlinkSocket socket, Set<Group> groups) {
    this.listener = new Listener<>(socket, XfrmNotifications::read, new XfrmNotification.Overrun());
    for (Group group : groups) {
      listener.join(group.number);
    }
  }

  /** What to report. */
  public enum Group {
    /**
     * Packets that need a state that is not there ({@code XFRMNLGRP_ACQUIRE}). While a process
     * listens, the kernel holds a state without SPI for each such pair of hosts, for 30 seconds.
     */
    ACQUIRE(XfrmH.XFRMNLGRP_ACQUIRE),
    /** Limits of lifetimes ({@code XFRMNLGRP_EXPIRE}). */
    EXPIRE(XfrmH.XFRMNLGRP_EXPIRE),
    /** States ({@code XFRMNLGRP_SA}). */
    STATES(XfrmH.XFRMNLGRP_SA),
    /** Policies ({@code XFRMNLGRP_POLICY}). */
    POLICIES(XfrmH.XFRMNLGRP_POLICY);

    private final int number;

    Group(int number) {
      this.number = number;
    }
  }

  /** Watches a namespace, which may be closed after; an error if the kernel has no IPsec. */
  public static XfrmMonitor open(NetworkNamespace namespace) {
    return open(namespace, EnumSet.allOf(Group.class));
  }

  /** Watches some of what happens in a namespace, which may be closed after. */
  public static XfrmMonitor open(NetworkNamespace namespace, Set<Group> groups) {
    return new XfrmMonitor(namespace.call(NetlinkSocket::xfrm), groups);
  }

  /**
   * Waits for the next change. To be called by one thread at a time; it should be a platform
   * thread, as a waiting virtual thread would keep its carrier.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<XfrmNotification> next() {
    return listener.next();
  }

  @Override
  public void close() {
    listener.close();
  }
}
