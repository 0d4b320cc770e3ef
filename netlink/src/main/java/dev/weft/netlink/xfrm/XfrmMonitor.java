package dev.weft.netlink.xfrm;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.NetlinkSocket;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reports changes of the IPsec tables of a namespace ({@code XFRMNLGRP_*}). It reports from the
 * moment it is open: open it first, then dump.
 */
public final class XfrmMonitor implements AutoCloseable {
  private final Listener<XfrmNotification> listener;

  private XfrmMonitor(NetlinkSocket socket, Set<Group> groups) {
    this.listener = new Listener<>(socket, XfrmNotifications::read, new XfrmNotification.Overrun());
    for (Group group : groups) {
      listener.join(group.number);
    }
  }

  /** Kind of change to report. */
  public enum Group {
    /**
     * Packets without a state that a policy requires ({@code XFRMNLGRP_ACQUIRE}). While a process
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

  /** Watches a namespace, which may be closed afterwards; fails if the kernel has no IPsec. */
  public static XfrmMonitor open(NetworkNamespace namespace) {
    return open(namespace, EnumSet.allOf(Group.class));
  }

  /** Watches some kinds of change in a namespace, which may be closed afterwards. */
  public static XfrmMonitor open(NetworkNamespace namespace, Set<Group> groups) {
    return new XfrmMonitor(namespace.call(NetlinkSocket::xfrm), groups);
  }

  /**
   * Waits for the next change. One thread at a time may call this; it should be a platform thread,
   * as a waiting virtual thread would keep its carrier.
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
