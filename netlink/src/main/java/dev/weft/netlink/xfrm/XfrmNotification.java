package dev.weft.netlink.xfrm;

import java.util.List;

/** A report of the kernel to a {@link XfrmMonitor}. */
public sealed interface XfrmNotification {
  /** A state is new or was updated. */
  record StateChanged(XfrmState state) implements XfrmNotification {}

  /** A process removed a state; an expired state is reported as {@link StateExpired} only. */
  record StateRemoved(XfrmState state) implements XfrmNotification {}

  /**
   * All states of a protocol were removed, without a report of each: 50 is ESP, 255 stands for all.
   */
  record StatesFlushed(int protocol) implements XfrmNotification {}

  /**
   * A state has reached a limit of its lifetime.
   *
   * @param id of the state
   * @param reqid of the state
   * @param hard whether the limit removed it
   * @param usage its usage so far
   */
  record StateExpired(XfrmStateId id, long reqid, boolean hard, XfrmUsage usage)
      implements XfrmNotification {}

  /** A policy is new or was updated. */
  record PolicyChanged(XfrmPolicy policy) implements XfrmNotification {}

  /** A process removed a policy. */
  record PolicyRemoved(XfrmPolicy policy) implements XfrmNotification {}

  /** All policies were removed, without a report of each. */
  record PoliciesFlushed() implements XfrmNotification {}

  /**
   * A policy has reached a limit of its lifetime.
   *
   * @param policy the policy
   * @param hard whether the limit removed it
   */
  record PolicyExpired(XfrmPolicy policy, boolean hard) implements XfrmNotification {}

  /**
   * The kernel did not send a packet because a state that it needs is missing.
   *
   * @param packet selector of the packet
   * @param templates missing protection
   */
  record Acquire(XfrmSelector packet, List<XfrmTemplate> templates) implements XfrmNotification {
    /** Keeps its own copy of the list. */
    public Acquire {
      templates = List.copyOf(templates);
    }
  }

  /**
   * Notifications arrived faster than they were read and were lost ({@code ENOBUFS}): the caller
   * must read everything again.
   */
  record Overrun() implements XfrmNotification {}
}
