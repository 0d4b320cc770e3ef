package dev.weft.netlink.xfrm;

import java.util.List;

/**
 * What the kernel does with matching packets ({@code struct xfrm_userpolicy_info}). Of several
 * matching policies the one with the lowest priority number applies; of these, the oldest.
 *
 * @param id its key in the kernel
 * @param index its number in the kernel, 0 to let the kernel choose. The three lowest bits are the
 *     direction; its maker may use the others to recognise it
 * @param priority 0 to 2^32-1, the lowest wins
 * @param action what is done
 * @param templates required protection, outermost last; none to let packets through unprotected
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
    /** Let through with the protection of the templates. */
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

  /** A policy that requires protection. */
  public static XfrmPolicySpec protect(XfrmPolicyId id, long priority, XfrmTemplate... templates) {
    return new XfrmPolicySpec(
        id, 0, priority, Action.ALLOW, List.of(templates), XfrmLifetime.FOREVER);
  }

  /**
   * The same with an index by which its maker recognises it.
   *
   * @param number 1 to 2^29-1; two policies of one direction never share it
   */
  public XfrmPolicySpec withNumber(int number) {
    return new XfrmPolicySpec(
        id, number << INDEX_BITS | id.direction().code, priority, action, templates, lifetime);
  }

  /** The number given to {@link #withNumber}, or chosen by the kernel. */
  public int number() {
    return index >>> INDEX_BITS;
  }
}
