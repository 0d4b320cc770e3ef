package dev.weft.netlink.xfrm;

import java.util.List;

/** What the kernel reports to a {@link XfrmMonitor}. */
public sealed interface XfrmNotification {
  /** A state is new or was updated. */
  record StateChanged(XfrmState state) implements XfrmNotification {}

  /** A process removed a state; one whose life ended is reported as {@link StateExpired} only. */
  record StateRemoved(XfrmState state) implements XfrmNotification {}

  /**
   * All states of a protocol were removed, none of which is reported by itself: 50 is ESP, 255 are
   * all.
   */
  record StatesFlushed(int protocol) implements XfrmNotification {}

  /**
   * A state has reached a limit of its lifetime.
   *
   * @param id of the state
   * @param reqid of the state
   * @param hard whether it is gone by it
   * @param usage what it was used for so far
   */
  record StateExpired(XfrmStateId id, long reqid, boolean hard, XfrmUsage usage)
      implements XfrmNotification {}

  /** A policy is new or was updated. */
  record PolicyChanged(XfrmPolicy policy) implements XfrmNotification {}

  /** A process removed a policy. */
  record PolicyRemoved(XfrmPolicy policy) implements XfrmNotification {}

  /** All policies were removed, none of which is reported by itself. */
  record PoliciesFlushed() implements XfrmNotification {}

  /**
   * A policy has reached a limit of its lifetime.
   *
   * @param policy the policy
   * @param hard whether it is gone by it
   */
  record PolicyExpired(XfrmPolicy policy, boolean hard) implements XfrmNotification {}

  /**
   * A packet needs a state that is not there, and was not sent.
   *
   * @param packet which packet it was
   * @param templates the protection it lacks
   */
  record Acquire(XfrmSelector packet, List<XfrmTemplate> templates) implements XfrmNotification {
    /** Keeps its own copy of the list. */
    public Acquire {
      templates = List.copyOf(templates);
    }
  }

  /**
   * Notifications were lost, because they came faster than they were read ({@code ENOBUFS}): what
   * is known must be read again.
   */
  record Overrun() implements XfrmNotification {}
}
