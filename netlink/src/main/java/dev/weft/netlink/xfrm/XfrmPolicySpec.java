package dev.weft.netlink.xfrm;

import java.util.List;

/**
 * What is done with some packets ({@code struct xfrm_userpolicy_info}). Of the policies that fit a
 * packet the one with the lowest priority number counts, and of those the oldest.
 *
 * @param id what it is found by
 * @param index the kernel's number of it, 0 to let the kernel choose. Its three lowest bits are the
 *     direction's number; the others are free for its maker to know it by
 * @param priority 0 to 2^32-1, the least wins
 * @param action what is done
 * @param templates how the packets must be protected, outermost last; none to let them through as
 *     they are
 * @param lifetime how long it lives
 */
public record XfrmPolicySpec(
    XfrmPolicyId id,
    int index,
    long priority,
    Action action,
    List<XfrmTemplate> templates,
    XfrmLifetime lifetime) {
  /** {@code XFRM_MAX_DEPTH}. */
  static final int MOST_TEMPLATES = 6;

  /** The bits of an index that name the direction. */
  static final int INDEX_DIRECTION = 7;

  private static final int INDEX_BITS = 3;

  /** {@code XFRM_POLICY_ALLOW} and {@code XFRM_POLICY_BLOCK}. */
  public enum Action {
    /** Protected as the templates say, and let through. */
    ALLOW,
    /** Dropped. */
    BLOCK
  }

  /** Keeps its own copy of the list. */
  public XfrmPolicySpec {
    templates = List.copyOf(templates);
    if (templates.size() > MOST_TEMPLATES) {
      throw new IllegalArgumentException(
          "a policy has up to 6 templates, this one has %d".formatted(templates.size()));
    }
    if (index != 0 && (index & INDEX_DIRECTION) != id.direction().code) {
      throw new IllegalArgumentException(
          "index %d of a policy does not end in the number of its direction, %d"
              .formatted(index, id.direction().code));
    }
  }

  /** A policy that drops packets. */
  public static XfrmPolicySpec block(XfrmPolicyId id, long priority) {
    return new XfrmPolicySpec(id, 0, priority, Action.BLOCK, List.of(), XfrmLifetime.FOREVER);
  }

  /** A policy that has packets protected. */
  public static XfrmPolicySpec protect(XfrmPolicyId id, long priority, XfrmTemplate... templates) {
    return new XfrmPolicySpec(
        id, 0, priority, Action.ALLOW, List.of(templates), XfrmLifetime.FOREVER);
  }

  /**
   * The same with an index that says whose it is.
   *
   * @param number 1 to 2^29-1; two policies of one direction never share it
   */
  public XfrmPolicySpec withNumber(int number) {
    return new XfrmPolicySpec(
        id, number << INDEX_BITS | id.direction().code, priority, action, templates, lifetime);
  }

  /** What {@link #withNumber} was given, or the kernel chose. */
  public int number() {
    return index >>> INDEX_BITS;
  }
}
